package dev.holdfast.app.cluster;

import dev.holdfast.core.Ids;
import dev.holdfast.core.Position;
import dev.holdfast.testkit.Checker;
import dev.holdfast.testkit.History;
import dev.holdfast.testkit.Payload;
import dev.holdfast.testkit.Published;
import dev.holdfast.testkit.RefusedException;
import dev.holdfast.testkit.TestCluster;
import dev.holdfast.testkit.TestNode;
import dev.holdfast.testkit.WsTestClient;
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
 * nodes, a service publishes, nodes are paused and killed; then everything heals, and the history
 * is judged. The operations and their order come from the seed alone, their timing does not.
 */
final class Model {
  private static final List<String> TOPICS = List.of("topic:a", "topic:b", "topic:c");
  private static final int CLIENTS = 5;
  private static final int OPERATIONS = 50;
  private static final Duration HEALING = Duration.ofSeconds(20);
  private static final String EVENT = "test.event";

  private final TestCluster cluster;
  private final BusService service;
  private final Random random;
  private final boolean outages;
  private final String tenant = "t-" + Ids.fresh();
  private final History history = new History();
  private final Map<String, WsTestClient> clients = new LinkedHashMap<>();
  private final Set<CompletableFuture<?>> open = ConcurrentHashMap.newKeySet();
  private final List<String> trace = new ArrayList<>();
  private final List<String> refused = new ArrayList<>();
  private boolean outage;

  /**
   * @param outages whether a node may be killed, or paused until its lease is over (one a run)
   */
  Model(TestCluster cluster, BusService service, long seed, boolean outages) {
    this.cluster = cluster;
    this.service = service;
    this.random = new Random(seed);
    this.outages = outages;
  }

  /** What does not hold. */
  List<String> run() {
    for (int i = 1; i <= CLIENTS; i++) {
      String name = "user" + i;
      WsTestClient client = cluster.client(tenant, name);
      Traffic.await(client.connect(anyNode().url()));
      history.reader(name, client.ledger());
      clients.put(name, client);
      subscribe(client, TOPICS.get(i % TOPICS.size()));
    }
    for (int i = 0; i < OPERATIONS; i++) {
      operate();
    }
    heal();
    List<String> violations = new ArrayList<>(Checker.violations(history));
    synchronized (refused) {
      violations.addAll(refused);
    }
    clients.values().forEach(WsTestClient::endSession);
    return violations;
  }

  /** The operations of the run, for the report. */
  List<String> trace() {
    return trace;
  }

  private void operate() {
    List<String> names = List.copyOf(clients.keySet());
    String name = names.get(random.nextInt(names.size()));
    WsTestClient client = clients.get(name);
    int dice = random.nextInt(100);
    if (dice < 30) {
      note(name + " publishes", () -> publish(name, client, 1 + random.nextInt(4)));
    } else if (dice < 50) {
      note("the service publishes", () -> servicePublishes(name, client));
    } else if (dice < 58) {
      note(name + " publishes and is cut", () -> publishAndCut(name, client));
    } else if (dice < 66) {
      note(name + " moves", () -> client.connect(anyNode().url()));
    } else if (dice < 72) {
      note(name + " moves, and waits", () -> Traffic.await(client.connect(anyNode().url())));
    } else if (dice < 78) {
      note(name + " detaches", client::detach);
    } else if (dice < 84) {
      note(name + " changes a subscription", () -> changeSubscription(client));
    } else if (dice < 90) {
      note(name + " acks", client::ack);
    } else if (dice < 97) {
      note(name + "'s node is paused", () -> pauseAndMove(name, client));
    } else if (outages && !outage && running().size() > 1) {
      outage = true;
      TestNode node = anyNode();
      if (random.nextBoolean()) {
        note(node.id() + " is killed", node::kill);
      } else {
        note(node.id() + " is paused until it is taken for dead", () -> pauseUntilDead(node));
      }
    }
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
    return cluster.nodes().stream()
        .filter(node -> node.isRunning() && !node.isPaused() && node.isReady())
        .toList();
  }

  private void publish(String name, WsTestClient client, int count) {
    String topic = TOPICS.get(random.nextInt(TOPICS.size()));
    for (int i = 0; i < count; i++) {
      Payload payload = history.next(name, topic);
      follow(
          topic,
          payload,
          client.publish(topic, EVENT, payload.data()).thenApply(Published::position));
    }
  }

  private void publishAndCut(String name, WsTestClient client) {
    publish(name, client, 1 + random.nextInt(3));
    client.cut();
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
    if (!client.isConnected()) {
      return;
    }
    if (client.ledger().cursor(topic) == null) {
      subscribe(client, topic);
    } else {
      client.unsubscribe(topic);
    }
  }

  /** Twice is a conflict, which the client takes for done. */
  private void subscribe(WsTestClient client, String topic) {
    client.subscribe(topic);
  }

  /**
   * The client's connection hangs; what it still writes there arrives after the session was resumed
   * elsewhere, and must have no effect.
   */
  private void pauseAndMove(String name, WsTestClient client) {
    List<TestNode> others =
        client.isConnected()
            ? running().stream().filter(n -> !n.id().equals(client.welcome().node())).toList()
            : List.of();
    if (others.isEmpty()) {
      return;
    }
    TestNode paused = cluster.node(client.welcome().node());
    TestNode next = others.get(random.nextInt(others.size()));
    String topic = TOPICS.get(random.nextInt(TOPICS.size()));
    paused.pause();
    try {
      Payload late = history.next(name, topic);
      client.publishAndForget(topic, EVENT, late.data());
      Traffic.await(client.connect(next.url()));
      history.forbid(topic, late);
    } finally {
      paused.resume();
    }
  }

  /** It goes on with all that it holds, which is void by then. */
  private void pauseUntilDead(TestNode node) {
    node.pause();
    try {
      List<TestNode> others = running();
      Awaitility.await(node.id() + " is taken for dead")
          .atMost(HEALING)
          .until(() -> others.stream().allMatch(other -> other.seesMembers(others.size())));
    } finally {
      node.resume();
    }
  }

  private void heal() {
    for (WsTestClient client : clients.values()) {
      if (!client.isConnected()) {
        client.connect(anyNode().url());
      }
    }
    try {
      Awaitility.await("all clients are connected, and all is answered and read")
          .atMost(HEALING)
          .until(() -> allConnected() && open.isEmpty() && history.settled());
    } catch (ConditionTimeoutException late) {
      if (!allConnected() || !open.isEmpty()) {
        refuse(open.size() + " unanswered, or somebody is away, after " + HEALING);
      }
      // What was not read, the checker says.
    }
  }

  private boolean allConnected() {
    return clients.values().stream().allMatch(WsTestClient::isConnected);
  }

  private void follow(String channel, Payload payload, CompletableFuture<Position> answer) {
    open.add(answer);
    answer.whenComplete(
        (position, failure) -> {
          if (failure == null) {
            history.acknowledged(channel, payload, position);
          } else {
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
