package dev.holdfast.nodes;

import dev.holdfast.connections.NodeInfo;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.NodeId;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.nodes.NodeStore.Roll;
import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisConfig;
import dev.holdfast.redis.RedisLink;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One life of this node among the others: holds its lease, reports who is live, and does its part
 * of what the dead leave behind. Deploy it after the sessions service of the process, and undeploy
 * it before. A life that was buried ends here: deploy a new instance, which gets a new start epoch.
 *
 * <p>Its state is touched on its own context; what says "any thread" may be called on any.
 */
public final class NodesVerticle extends VerticleBase {
  private static final Logger LOG = LoggerFactory.getLogger(NodesVerticle.class);
  private static final long STOP_WITHIN_MS = 10_000;

  private final String id;
  private final NodeInfo info;
  private final RedisConfig redis;
  private final LeaseConfig config;
  private final ServiceClient sessions;
  private final MeterRegistry registry;
  private final Lease lease;
  private final List<Consumer<Set<NodeId>>> nodesListeners = new ArrayList<>();
  private final List<Consumer<Set<NodeId>>> deadListeners = new ArrayList<>();
  private final List<Runnable> buriedListeners = new ArrayList<>();
  private final List<Gauge> gauges = new ArrayList<>();

  // Those that follow without a value are set by start(), which may fail before.
  @SuppressWarnings("NullAway.Init")
  private RedisLink link;

  @SuppressWarnings("NullAway.Init")
  private NodeStore store;

  @SuppressWarnings("NullAway.Init")
  private Reaper reaper;

  @SuppressWarnings("NullAway.Init")
  private Sweeper sweeper;

  @SuppressWarnings("NullAway.Init")
  private volatile NodeId node;

  private volatile Set<NodeId> live = Set.of();
  private volatile Set<NodeId> dead = Set.of();
  private boolean renewing;
  private boolean ended;

  /**
   * @param id unique in the cluster at a time, 1 to 64 letters, digits, {@code _ -}
   * @param sessions this process's own, with a timeout of 10 s
   */
  public NodesVerticle(
      String id,
      NodeInfo info,
      RedisConfig redis,
      LeaseConfig config,
      ServiceClient sessions,
      MeterRegistry registry) {
    this.id = id;
    this.info = info;
    this.redis = redis;
    this.config = config;
    this.sessions = sessions;
    this.registry = registry;
    this.lease = new Lease(config.lease());
  }

  /**
   * Sets a listener. Call it before the deployment.
   *
   * @param listener gets the live nodes, this one included, whenever they have changed; on this
   *     verticle's context
   */
  public NodesVerticle onNodes(Consumer<Set<NodeId>> listener) {
    nodesListeners.add(listener);
    return this;
  }

  /**
   * Sets a listener. Call it before the deployment.
   *
   * @param listener gets the nodes that died within about an hour, and can't come back, whenever
   *     they have changed; on this verticle's context
   */
  public NodesVerticle onDead(Consumer<Set<NodeId>> listener) {
    deadListeners.add(listener);
    return this;
  }

  /**
   * Sets a listener. Call it before the deployment.
   *
   * @param listener is called once, on this verticle's context, when this node finds itself dead:
   *     all that it holds is void, and others have its sessions
   */
  public NodesVerticle onBuried(Runnable listener) {
    buriedListeners.add(listener);
    return this;
  }

  /** Returns this life of the node, once it is deployed. Any thread. */
  public NodeId node() {
    return node;
  }

  /** Returns this life of the node by its name; before it is deployed the id alone. Any thread. */
  public String name() {
    NodeId known = node;
    return known == null ? id : known.toString();
  }

  /** Live nodes as of the last renewal, this one included. Any thread. */
  public Set<NodeId> live() {
    return live;
  }

  /**
   * Returns this node's part of {@code count} numbered things, of which each live node has one as
   * of the last renewal: 0 to {@code count} − 1. All of them while this node is not among the live.
   * Nodes may differ on who is live: what nobody has, or several have, must do no harm. Any thread.
   */
  public List<Integer> share(int count) {
    Set<NodeId> known = live;
    return known.contains(node)
        ? new Duties(node, known).share(count)
        : IntStream.range(0, count).boxed().toList();
  }

  /** Nodes that died within about an hour, as of the last renewal. Any thread. */
  public Set<NodeId> dead() {
    return dead;
  }

  /**
   * Returns whether this node's lease is good by its own monotonic clock; without it no new
   * connection is to be taken. Any thread.
   */
  public boolean leaseHeld() {
    return lease.held();
  }

  @Override
  public Future<?> start() {
    return RedisLink.open(vertx, redis, "nodes", registry)
        .compose(this::begin)
        .onFailure(failure -> closeQuietly());
  }

  /** Detaches what is left here and gives the lease back; what fails is left to the others. */
  @Override
  public Future<?> stop() {
    gauges.forEach(registry::remove);
    if (link == null) {
      return Future.succeededFuture();
    }
    return farewell()
        .timeout(STOP_WITHIN_MS, TimeUnit.MILLISECONDS)
        .onFailure(failure -> LOG.warn("left to the others: {}", failure.getMessage()))
        .transform(done -> link.close());
  }

  private Future<Void> farewell() {
    boolean buried = ended;
    ended = true;
    lease.lost();
    return buried || node == null ? Future.succeededFuture() : reaper.reapSelf();
  }

  private Future<Void> begin(RedisLink opened) {
    link = opened;
    store = new NodeStore(link);
    return store.time().compose(this::open).onSuccess(roll -> run()).mapEmpty();
  }

  private Future<Roll> open(long startEpoch) {
    NodeId fresh = new NodeId(id, startEpoch);
    long sent = System.nanoTime();
    return store
        .open(fresh, config.lease(), info)
        .compose(roll -> roll.held() ? opened(fresh, sent, roll) : taken(fresh));
  }

  private Future<Roll> opened(NodeId fresh, long sent, Roll roll) {
    node = fresh;
    reaper =
        new Reaper(
            fresh,
            store,
            sessions,
            () -> !ended && lease.settled(),
            registry.counter("holdfast.nodes.reaped"));
    sweeper = new Sweeper(sessions);
    lease.renewed(sent, false);
    called(roll);
    LOG.info("node {} has its lease; live: {}", fresh, roll.live());
    return Future.succeededFuture(roll);
  }

  private static Future<Roll> taken(NodeId fresh) {
    return Future.failedFuture(
        new HoldfastException(ErrorCode.CONFLICT, "node " + fresh + " has been, and is dead"));
  }

  private void run() {
    every(config.renewal().toMillis(), this::renew);
    every(config.sweep().toMillis(), this::sweep);
    every(config.lookBack().toMillis(), this::lookBack);
    Renewals.Timers timers = (ms, step) -> vertx.setTimer(ms, timer -> step.run());
    new Renewals(timers, System::nanoTime, sessions, node, config.upkeep(), () -> ended).start();
    link.onDown(
        slots -> {
          if (slots.has(Keys.leases())) {
            lease.interrupted();
          }
        });
    link.onUp(
        slots -> {
          if (slots.has(Keys.leases())) {
            renew();
          }
        });
    gauges.add(Gauge.builder("holdfast.nodes.live", () -> live.size()).register(registry));
    gauges.add(
        Gauge.builder("holdfast.nodes.lease", () -> leaseHeld() ? 1 : 0)
            .description("1 while this node holds its lease")
            .register(registry));
  }

  /** Timers go with the verticle. */
  private void every(long ms, Runnable step) {
    vertx.setPeriodic(
        ms,
        timer -> {
          if (!ended) {
            step.run();
          }
        });
  }

  private void renew() {
    if (renewing || ended) {
      return;
    }
    renewing = true;
    long sent = System.nanoTime();
    store
        .renew(node, config.lease())
        .onSuccess(roll -> renewed(sent, roll))
        .onFailure(this::notRenewed)
        .onComplete(done -> renewing = false);
  }

  private void notRenewed(Throwable failure) {
    lease.interrupted();
    LOG.warn("lease of {}: {}", node, failure.getMessage());
  }

  private void renewed(long sent, Roll roll) {
    if (ended) {
      return;
    }
    if (!roll.held()) {
      buried();
      return;
    }
    lease.renewed(sent, roll.lapsed());
    called(roll);
    if (lease.settled()) {
      reaper.reap(roll.expired());
    }
  }

  private void called(Roll roll) {
    if (!roll.dead().equals(dead)) {
      dead = roll.dead();
      deadListeners.forEach(listener -> listener.accept(roll.dead()));
    }
    if (!roll.live().equals(live)) {
      live = roll.live();
      nodesListeners.forEach(listener -> listener.accept(roll.live()));
    }
  }

  private void buried() {
    LOG.warn("node {} is dead to the others: all that it holds is void", node);
    ended = true;
    lease.lost();
    registry.counter("holdfast.nodes.buried").increment();
    buriedListeners.forEach(Runnable::run);
  }

  private void sweep() {
    if (lease.settled()) {
      sweeper.sweep(new Duties(node, live), dead);
    }
  }

  private void lookBack() {
    if (lease.settled()) {
      Duties duties = new Duties(node, live);
      dead.stream().filter(duties::isMine).forEach(reaper::lookBack);
    }
  }

  private void closeQuietly() {
    if (link != null) {
      link.close().onFailure(failure -> LOG.debug("close: {}", failure.getMessage()));
    }
  }
}
