package dev.holdfast.app.docker;

import dev.holdfast.testkit.client.Entry;
import dev.holdfast.testkit.client.WsTestClient;
import dev.holdfast.testkit.history.Checker;
import dev.holdfast.testkit.history.History;
import dev.holdfast.testkit.history.Payload;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.awaitility.Awaitility;

/** Clients who all read a topic and publish to it, one after the other; and what came of it. */
final class Load implements AutoCloseable {
  private static final String TOPIC = "topic:news";
  private static final Duration TIMEOUT = Duration.ofSeconds(90);
  private static final long TICK_MS = 20;

  private final History history = new History();
  private final Map<String, WsTestClient> clients = new LinkedHashMap<>();
  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
  private final Set<CompletableFuture<?>> open = ConcurrentHashMap.newKeySet();
  private final ConcurrentLinkedQueue<String> refused = new ConcurrentLinkedQueue<>();
  private int ticks;

  /** So many clients, spread over the nodes, that publish from now on. */
  static Load start(DockerCluster cluster, String tenant, int count) {
    List<URI> all = cluster.nodes().stream().map(NodeContainer::url).toList();
    return start(
        count,
        user -> {
          List<URI> urls = new ArrayList<>(all);
          Collections.rotate(urls, -Integer.parseInt(user.substring(4)));
          return cluster.client(tenant, user, urls);
        });
  }

  /**
   * @param clients one for each user's name
   */
  static Load start(int count, Function<String, WsTestClient> clients) {
    var load = new Load();
    for (int i = 0; i < count; i++) {
      load.add("user" + i, clients.apply("user" + i));
    }
    load.clock.scheduleAtFixedRate(load::tick, 0, TICK_MS, TimeUnit.MILLISECONDS);
    return load;
  }

  /** Those whose connection is to this node. */
  List<WsTestClient> on(String node) {
    return clients.values().stream()
        .filter(client -> client.welcome().node().startsWith(node))
        .toList();
  }

  void awaitAcknowledged(int more) {
    int goal = history.acknowledgements() + more;
    Awaitility.await(more + " more acknowledged")
        .atMost(TIMEOUT)
        .until(() -> history.acknowledgements() >= goal);
  }

  /** Until all of them are connected, to other nodes than this one. */
  void awaitGoneFrom(String node) {
    Awaitility.await("all are on other nodes than " + node)
        .atMost(TIMEOUT)
        .until(
            () ->
                on(node).isEmpty()
                    && clients.values().stream().allMatch(WsTestClient::isConnected));
  }

  /** Ends the publishing; all is answered and read. What does not hold is said. */
  List<String> violations() {
    clock.shutdown();
    Awaitility.await("all are connected")
        .atMost(TIMEOUT)
        .until(() -> clients.values().stream().allMatch(WsTestClient::isConnected));
    Awaitility.await("all is answered").atMost(TIMEOUT).until(open::isEmpty);
    Awaitility.await("all is read").atMost(TIMEOUT).until(history::settled);
    List<String> all = new ArrayList<>(Checker.violations(history));
    all.addAll(refused);
    clients.forEach((name, client) -> all.addAll(lives(name, client)));
    return all;
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }

  private static List<String> lives(String name, WsTestClient client) {
    List<Entry.Welcomed> welcomes = client.ledger().all(Entry.Welcomed.class);
    return welcomes.stream()
        .skip(1)
        .filter(welcome -> !welcome.resumed())
        .map(welcome -> name + " came back as another session on " + welcome.node())
        .toList();
  }

  private void add(String name, WsTestClient client) {
    client.connect().orTimeout(TIMEOUT.toSeconds(), TimeUnit.SECONDS).join();
    client.subscribe(TOPIC).orTimeout(TIMEOUT.toSeconds(), TimeUnit.SECONDS).join();
    history.reader(name, client.ledger());
    clients.put(name, client);
  }

  private void tick() {
    List<String> names = List.copyOf(clients.keySet());
    String name = names.get(ticks++ % names.size());
    Payload payload = history.next(name, TOPIC);
    var answer = clients.get(name).publish(TOPIC, "test.event", payload.data());
    open.add(answer);
    answer.whenComplete(
        (published, failure) -> {
          if (failure == null) {
            history.acknowledged(TOPIC, payload, published);
          } else {
            refused.add(payload + " was refused: " + failure);
          }
          open.remove(answer);
        });
  }
}
