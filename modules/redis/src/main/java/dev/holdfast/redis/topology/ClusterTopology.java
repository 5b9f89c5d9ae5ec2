package dev.holdfast.redis.topology;

import dev.holdfast.redis.server.Advice;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import io.vertx.redis.client.Redis;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The slot map of a cluster. Its masters are asked every two seconds, and ten times a second while
 * somebody misses one: each by itself, so that one that hangs holds up nobody. The configured
 * servers are asked, too, until a master answers; if none does any more, all servers that are
 * known.
 *
 * <p>Its state belongs to the event-loop context that it was made with.
 */
public final class ClusterTopology {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterTopology.class);
  private static final long CALM_MS = 2_000;
  private static final long HURRY_MS = 100;
  private static final long WANTED_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** Most servers that are asked. */
  private static final int MOST = 64;

  private final ContextInternal context;
  private final ClusterSeeds seeds;
  private final Function<ServerAddress, Redis> clients;
  private final ClusterMetrics metrics;
  private final Map<ServerAddress, ClusterNode> nodes = new LinkedHashMap<>();
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private final List<Promise<SlotMap>> waiting = new ArrayList<>();
  private final Worries worries = new Worries(this::log);
  private final Worries changes = new Worries(now -> LOG.info("Redis Cluster: {}", now));
  private final Unrest unrest = new Unrest(System::nanoTime);
  private volatile @Nullable SlotMap known;
  private volatile long lastWanted = System.nanoTime() - WANTED_NANOS;
  private boolean closed;

  /**
   * Begins to ask.
   *
   * @param context an event loop's
   * @param clients makes a client of one connection to a server
   */
  public ClusterTopology(
      ContextInternal context,
      ClusterSeeds seeds,
      Function<ServerAddress, Redis> clients,
      ClusterMetrics metrics) {
    this.context = context;
    this.seeds = seeds;
    this.clients = clients;
    this.metrics = metrics;
    context.runOnContext(begun -> askThese(new LinkedHashSet<>(seeds.servers())));
  }

  /**
   * Asks for the map; within some seconds.
   *
   * @param caller the context on which the answer comes
   * @return the map; or a failure whose message says why none is known
   */
  public Future<SlotMap> map(ContextInternal caller) {
    Promise<SlotMap> answer = caller.promise();
    context.runOnContext(
        asked -> {
          SlotMap now = known;
          if (now != null) {
            answer.complete(now);
          } else if (closed) {
            answer.fail("it was closed");
          } else {
            waiting.add(answer);
            giveUp();
          }
        });
    wanted();
    return answer.future();
  }

  /** Returns the newest map; none: nobody has answered yet. Any thread. */
  public @Nullable SlotMap known() {
    return known;
  }

  /** Looks for changes soon: somebody was sent away, or misses a master. Any thread. */
  public void wanted() {
    boolean calm = System.nanoTime() - lastWanted > TimeUnit.MILLISECONDS.toNanos(HURRY_MS);
    lastWanted = System.nanoTime();
    if (calm) {
      context.runOnContext(now -> nodes.values().forEach(ClusterNode::hurry));
    }
  }

  /**
   * @param action runs after the map has changed, on any thread
   */
  public void listen(Runnable action) {
    listeners.add(action);
  }

  /** Undoes {@link #listen}. */
  public void forget(Runnable action) {
    listeners.remove(action);
  }

  /** Ends it; whoever waits is answered. Any thread. */
  public Future<Void> close() {
    Promise<Void> gone = context.promise();
    context.runOnContext(v -> shut().onComplete(gone));
    return gone.future();
  }

  private Future<Void> shut() {
    closed = true;
    metrics.close();
    answerAll("it was closed");
    List<Future<Void>> all = nodes.values().stream().map(ClusterNode::close).toList();
    nodes.clear();
    return Future.join(all).mapEmpty();
  }

  private long pace() {
    return System.nanoTime() - lastWanted < WANTED_NANOS ? HURRY_MS : CALM_MS;
  }

  /** Keeps those that are asked already, and closes the others. */
  private void askThese(Set<ServerAddress> wanted) {
    List<ServerAddress> these = wanted.stream().limit(MOST).toList();
    nodes.entrySet().removeIf(entry -> !these.contains(entry.getKey()) && closed(entry.getValue()));
    these.forEach(
        address ->
            nodes.computeIfAbsent(
                address,
                fresh ->
                    new ClusterNode(
                        context, fresh, () -> clients.apply(fresh), this::pace, this::answered)));
  }

  private static boolean closed(ClusterNode node) {
    node.close().onFailure(failure -> LOG.debug("{}: {}", node, failure.getMessage()));
    return true;
  }

  /** Called after each answer, and each failure, of a server. */
  private void answered() {
    List<NodesView> views =
        nodes.values().stream().map(ClusterNode::view).filter(Objects::nonNull).toList();
    metrics.answering(views.size());
    if (!views.isEmpty()) {
      take(SlotMap.of(views, known));
    }
    SlotMap now = known;
    askThese(targets(now));
    worries.are(String.join("; ", troubles(now)));
    giveUp();
  }

  private List<String> troubles(@Nullable SlotMap now) {
    List<String> all = new ArrayList<>();
    Slots unserved = now == null ? Slots.NONE : now.slots(null);
    if (!unserved.isEmpty()) {
      all.add(Advice.unserved(unserved.toString()));
    }
    nodes.values().stream()
        .filter(ClusterNode::isInTrouble)
        .map(ClusterNode::toString)
        .forEach(all::add);
    if (unrest.isGreat()) {
      all.add(Advice.restless(Unrest.MOST));
    }
    return all;
  }

  private Set<ServerAddress> targets(@Nullable SlotMap now) {
    if (now == null) {
      return new LinkedHashSet<>(seeds.servers());
    }
    var targets = new LinkedHashSet<>(now.masters());
    boolean silent =
        now.masters().stream()
            .map(nodes::get)
            .allMatch(node -> node == null || node.view() == null);
    if (silent) {
      targets.addAll(seeds.servers());
      targets.addAll(now.servers());
    }
    return targets;
  }

  private void take(SlotMap fresh) {
    SlotMap before = known;
    if (fresh.isSame(before)) {
      return;
    }
    known = fresh;
    if (!fresh.movedSince(before).isEmpty()) {
      unrest.noted();
    }
    if (before == null && fresh.areOneShard(seeds.servers())) {
      LOG.warn("Redis Cluster: {}", Advice.oneShard(seeds.addresses().toString()));
    }
    metrics.follows(fresh, before != null);
    changes.are(fresh.toString());
    answerAll("");
    listeners.forEach(Runnable::run);
  }

  /** Fails those that wait once everybody who was asked has failed. */
  private void giveUp() {
    boolean hopeless =
        !nodes.isEmpty() && nodes.values().stream().allMatch(ClusterNode::isInTrouble);
    if (known == null && hopeless) {
      answerAll(
          nodes.values().stream().map(ClusterNode::toString).collect(Collectors.joining("; ")));
    }
  }

  private void answerAll(String reason) {
    SlotMap now = known;
    List<Promise<SlotMap>> all = List.copyOf(waiting);
    waiting.clear();
    for (Promise<SlotMap> answer : all) {
      if (now == null) {
        answer.tryFail("no server of the cluster answers: " + reason);
      } else {
        answer.tryComplete(now);
      }
    }
  }

  private void log(String now) {
    if (now.isEmpty()) {
      LOG.info("Redis Cluster: its masters answer, and serve all slots");
    } else {
      LOG.warn("Redis Cluster: {}", now);
    }
  }
}
