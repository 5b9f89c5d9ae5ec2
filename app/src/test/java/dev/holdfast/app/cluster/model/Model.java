package dev.holdfast.app.cluster.model;

import dev.holdfast.app.cluster.BusService;
import dev.holdfast.app.cluster.Traffic;
import dev.holdfast.client.session.RefusedException;
import dev.holdfast.core.Ids;
import dev.holdfast.core.Position;
import dev.holdfast.testkit.ClusterOptions;
import dev.holdfast.testkit.TestCluster;
import dev.holdfast.testkit.TestNode;
import dev.holdfast.testkit.client.ClientOptions;
import dev.holdfast.testkit.client.Published;
import dev.holdfast.testkit.client.WsTestClient;
import dev.holdfast.testkit.history.Checker;
import dev.holdfast.testkit.history.History;
import dev.holdfast.testkit.history.Payload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * One random run: clients of one tenant attach, publish, subscribe, ack, detach and resume on other
 * nodes, a service publishes, nodes are paused, logs expire; the {@link Weather} does the rest.
 * Then everything heals, and the history is judged. The operations and their order come from the
 * seed alone, their timing does not.
 */
final class Model {
  private static final List<String> TOPICS = List.of("topic:a", "topic:b", "topic:c");

  /** Its log keeps no more than {@link #AGE} and some entries. */
  private static final String SHORT = "run:short";

  /** Nobody publishes there before. */
  private static final String LAST = "topic:last";

  private static final Duration AGE = Duration.ofSeconds(1);
  private static final int KEPT = 5;
  private static final int CLIENTS = 5;
  private static final int OPERATIONS = 50;
  private static final Duration HEALING = Duration.ofSeconds(30);
  private static final String EVENT = "test.event";

  private final TestCluster cluster;
  private final BusService service;
  private final long seed;
  private final Random random;
  private final Weather weather;
  private final String tenant = "t-" + Ids.fresh();
  private final History history = new History();
  private final Map<String, WsTestClient> clients = new LinkedHashMap<>();
  private final Set<CompletableFuture<?>> open = ConcurrentHashMap.newKeySet();
  private final List<String> trace = new ArrayList<>();
  private final List<String> refused = new ArrayList<>();
  private RareReader rare;

  Model(TestCluster cluster, BusService service, long seed, Weather weather) {
    this.cluster = cluster;
    this.service = service;
    this.seed = seed;
    this.random = new Random(seed);
    this.weather = weather;
    history.retains(SHORT, AGE, KEPT);
  }

  /** With a cluster whose logs are short, and whose sessions outlive a slow machine. */
  static ClusterOptions options(ClusterOptions some) {
    return some.with("sessions.linger", "5m")
        .with("channels.retention.run.age", "1s")
        .with("channels.retention.run.bytes", 2048)
        .with("channels.leaveAfter", "100ms")
        .with("lease.lease", "6s");
  }

  void begin() {
    for (int i = 1; i <= CLIENTS; i++) {
      WsTestClient client = join("user" + i);
      Traffic.await(client.subscribe(TOPICS.get(i % TOPICS.size())));
      if (i < 3) {
        Traffic.await(client.subscribe(SHORT));
      }
    }
    rare = new RareReader(join("rare"), this::serviceSends);
  }

  private WsTestClient join(String name) {
    var options = ClientOptions.of(cluster.urls(), cluster.token(tenant, name));
    ClientOptions quick = options.withWaits(Duration.ofMillis(100), Duration.ofSeconds(1));
    WsTestClient client =
        cluster.clients().client(weather.countsAttempts() ? quick : quick.withoutAttempts());
    Traffic.await(client.connect(anyNode().url()));
    history.reader(name, client.ledger());
    clients.put(name, client);
    return client;
  }

  void operate() {
    for (int i = 0; i < OPERATIONS; i++) {
      operateOnce();
    }
  }

  /** What does not hold. */
  List<String> violations() {
    List<String> violations = new ArrayList<>(Checker.violations(history));
    synchronized (refused) {
      violations.addAll(refused);
    }
    return violations.stream().map(violation -> "seed " + seed + ": " + violation).toList();
  }

  void end() {
    clients.values().forEach(WsTestClient::endSession);
    clients.values().forEach(WsTestClient::close);
  }

  String tenant() {
    return tenant;
  }

  long seed() {
    return seed;
  }

  History history() {
    return history;
  }

  List<WsTestClient> clients() {
    return List.copyOf(clients.values());
  }

  /** The operations of the run, for the report. */
  List<String> trace() {
    return trace;
  }

  RareReader rare() {
    return rare;
  }

  /** The name of one that is at hand the whole time. */
  String anyone(Random dice) {
    return List.copyOf(clients.keySet()).get(dice.nextInt(CLIENTS));
  }

  WsTestClient client(String name) {
    return clients.get(name);
  }

  /** Whether it has come to the end of all that it reads. */
  boolean hasRead(WsTestClient client) {
    return client.isConnected() && history.hasRead(client.ledger());
  }

  List<CompletableFuture<Position>> publishToOwn(String name) {
    return List.of(
        serviceSends("user:" + name), serviceSends("session:" + clients.get(name).session()));
  }

  /** What this one reads beside its own. */
  List<CompletableFuture<Position>> publishToShared(WsTestClient client) {
    List<String> channels = new ArrayList<>(TOPICS);
    channels.removeIf(topic -> client.ledger().cursor(topic) == null);
    channels.add("tenant");
    return channels.stream().map(this::serviceSends).toList();
  }

  private CompletableFuture<Position> serviceSends(String channel) {
    Payload payload = history.next(service.name(), channel);
    return follow(channel, payload, service.publish(tenant, channel, payload.data()));
  }

  private void operateOnce() {
    List<String> names = List.copyOf(clients.keySet());
    // Not the last, which is the rare one.
    String name = names.get(random.nextInt(CLIENTS));
    WsTestClient client = clients.get(name);
    int dice = random.nextInt(100);
    if (dice < 27) {
      note(name + " publishes", () -> publish(name, client, 1 + random.nextInt(4)));
    } else if (dice < 45) {
      note("the service publishes", () -> servicePublishes(name, client));
    } else if (dice < 52) {
      note(name + " publishes and is cut", () -> publishAndCut(name, client));
    } else if (dice < 60) {
      note(name + " moves", () -> move(client, !weather.countsAttempts()));
    } else if (dice < 66) {
      note(name + " moves, and waits", () -> move(client, true));
    } else if (dice < 71) {
      note(name + " detaches", client::detach);
    } else if (dice < 77) {
      note(name + " changes a subscription", () -> changeSubscription(client));
    } else if (dice < 83) {
      note(name + " acks", client::ack);
    } else if (dice < 88 && weather.pauses()) {
      note(name + "'s node is paused", () -> pauseAndMove(name, client));
    } else if (dice < 92) {
      note("logs expire", this::idle);
    } else {
      note("user1 misses a burst", this::missBurst);
    }
  }

  /**
   * Who does not count its attempts has one at a time: an earlier one may come after a later, which
   * is nobody's fault.
   */
  private void move(WsTestClient client, boolean waits) {
    CompletableFuture<?> moved = client.connect(anyNode().url());
    if (waits) {
      Traffic.settled(moved);
    }
  }

  /** For longer than a short log lasts. */
  private void idle() {
    long end = System.nanoTime() + AGE.plusMillis(200).toNanos();
    Awaitility.await("logs expire").until(() -> System.nanoTime() >= end);
  }

  /** A reader of the short log is away for less than its log keeps. */
  private void missBurst() {
    WsTestClient reader = clients.get("user1");
    reader.detach();
    for (int i = 0; i < KEPT; i++) {
      Traffic.settled(serviceSends(SHORT));
    }
    move(reader, !weather.countsAttempts());
  }

  private void note(String what, Runnable operation) {
    trace.add(what);
    operation.run();
  }

  private TestNode anyNode() {
    List<TestNode> running = running();
    return running.get(random.nextInt(running.size()));
  }

  private List<TestNode> running() {
    return cluster.nodes().stream().filter(node -> node.isRunning() && !node.isPaused()).toList();
  }

  private void publish(String name, WsTestClient client, int count) {
    String topic = TOPICS.get(random.nextInt(TOPICS.size()));
    for (int i = 0; i < count; i++) {
      publish(name, client, topic);
    }
  }

  private void publish(String name, WsTestClient client, String topic) {
    Payload payload = history.next(name, topic);
    follow(
        topic,
        payload,
        client.publish(topic, EVENT, payload.data()).thenApply(Published::position));
  }

  private void publishAndCut(String name, WsTestClient client) {
    publish(name, client, 1 + random.nextInt(3));
    client.cut();
    if (!weather.countsAttempts()) {
      Awaitility.await("it is back")
          .atMost(HEALING)
          .until(() -> client.isConnected() || client.hasEnded());
    }
  }

  private void servicePublishes(String name, WsTestClient client) {
    int kind = random.nextInt(6);
    String channel =
        switch (kind) {
          case 0 -> "tenant";
          case 1 -> "user:" + name;
          case 2 -> "session:" + client.session();
          default -> TOPICS.get(kind - 3);
        };
    for (int i = 1 + random.nextInt(3); i > 0; i--) {
      Payload payload = history.next(service.name(), channel);
      follow(channel, payload, service.publish(tenant, channel, payload.data()));
    }
  }

  private void changeSubscription(WsTestClient client) {
    String topic = TOPICS.get(random.nextInt(TOPICS.size()));
    if (client.isConnected() && client.ledger().cursor(topic) == null) {
      // Twice is a conflict, which the client takes for done.
      client.subscribe(topic);
    } else if (client.isConnected()) {
      client.unsubscribe(topic);
    }
  }

  /**
   * The client's connection hangs; what it still writes there arrives after the session was resumed
   * elsewhere, and must have no effect.
   */
  private void pauseAndMove(String name, WsTestClient client) {
    // One at a time, whichever run it is of.
    synchronized (cluster) {
      List<TestNode> others =
          client.isConnected()
              ? running().stream().filter(n -> !n.id().equals(client.welcome().node())).toList()
              : List.of();
      if (others.isEmpty()) {
        return;
      }
      TestNode paused = cluster.node(client.welcome().node());
      if (!paused.isRunning()) {
        return;
      }
      TestNode next = others.get(random.nextInt(others.size()));
      String topic = TOPICS.get(random.nextInt(TOPICS.size()));
      paused.pause();
      try {
        Payload late = history.next(name, topic);
        client.publishAndForget(topic, EVENT, late.data());
        String reached = Traffic.await(client.connect(next.url())).node();
        if (!reached.equals(paused.id())) {
          history.forbid(topic, late);
        }
      } finally {
        paused.resume();
      }
    }
  }

  /** Everybody comes back, says a last word, and reads everything. */
  void heal() {
    for (WsTestClient client : clients.values()) {
      if (!client.isConnected()) {
        client.connect(anyNode().url());
      }
    }
    awaitWhole();
    // Who was fenced meanwhile finds it out now, with its first publication to a channel.
    clients.forEach((name, client) -> publish(name, client, LAST));
    awaitWhole();
  }

  private void awaitWhole() {
    try {
      Awaitility.await("all clients are connected, and all is answered and read")
          .atMost(HEALING)
          .until(() -> allConnected() && open.isEmpty() && history.settled());
    } catch (ConditionTimeoutException late) {
      // What comes at last, by the next publication, was lost for so long.
      refuse(
          allConnected() && open.isEmpty()
              ? "lost for " + HEALING + ": not all is read"
              : open.size() + " unanswered, " + away() + " away, after " + HEALING);
    }
  }

  private List<String> away() {
    return clients.entrySet().stream()
        .filter(client -> !client.getValue().isConnected())
        .map(client -> client.getKey() + (client.getValue().hasEnded() ? " for good" : ""))
        .toList();
  }

  private boolean allConnected() {
    return clients.values().stream().allMatch(WsTestClient::isConnected);
  }

  private CompletableFuture<Position> follow(
      String channel, Payload payload, CompletableFuture<Position> answer) {
    open.add(answer);
    return answer.whenComplete(
        (position, failure) -> {
          if (failure == null) {
            history.acknowledged(channel, payload, position);
          } else if (!Traffic.isExplained(history, channel, failure)) {
            refuse(channel + ": " + payload + " was refused: " + cause(failure));
          }
          open.remove(answer);
        });
  }

  private void refuse(String what) {
    synchronized (refused) {
      refused.add(what);
    }
  }

  private static Throwable cause(Throwable failure) {
    boolean wrapped = failure instanceof CompletionException && failure.getCause() != null;
    return wrapped && failure.getCause() instanceof RefusedException refusal ? refusal : failure;
  }
}
