package dev.holdfast.testkit.faults;

import dev.holdfast.core.Ids;
import dev.holdfast.core.Position;
import dev.holdfast.redis.Keys;
import dev.holdfast.testkit.TestCluster;
import dev.holdfast.testkit.TestNode;
import dev.holdfast.testkit.client.ManualClient;
import dev.holdfast.testkit.client.WsTestClient;
import dev.holdfast.testkit.wire.Lane;
import dev.holdfast.testkit.wire.Relay;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/** The faults of many clients at once. */
final class ClientFaults {
  private static final Map<String, String> NAMED = Map.of("name", "test", "version", "1");
  private static final int PAGE = 100;
  private static final int LARGE = 16 * 1024;

  private ClientFaults() {}

  static Stream<Scenario> all() {
    return Stream.of(
        lingers(300),
        lingers(10_000).longOne().within(Duration.ofSeconds(60)),
        neverRead(10, 10),
        neverRead(100, 1_000).longOne().within(Duration.ofSeconds(60)),
        Scenario.of("a client that vanishes without FIN", ClientFaults::vanish));
  }

  private static Scenario lingers(int count) {
    return Scenario.of(
            "%,d sessions whose linger ends together".formatted(count),
            stage -> lingers(stage, count))
        .on(Scenario.Group.SHORT_LINGER);
  }

  private static void lingers(Stage stage, int count) {
    String tenant = "t-" + Ids.fresh();
    List<WsTestClient> clients = connect(stage.cluster(), tenant, count);
    stage.fault();
    clients.forEach(WsTestClient::detach);
    stage.detected("the first have ended", () -> sessions(stage, tenant) < count);
    stage.await(
        "all have ended",
        Duration.ofSeconds(10).plusMillis(count * 5L),
        () -> sessions(stage, tenant) == 0);
    stage.goesOn();
    stage.healed();
    clients.forEach(WsTestClient::close);
  }

  private static long sessions(Stage stage, String tenant) {
    return stage.redis().text("KEYS", "hf:sess:*" + tenant + "*").lines().count();
  }

  private static List<WsTestClient> connect(TestCluster cluster, String tenant, int count) {
    List<WsTestClient> all = new ArrayList<>();
    while (all.size() < count) {
      List<CompletableFuture<?>> page = new ArrayList<>();
      for (int i = 0; i < PAGE && all.size() < count; i++) {
        URI url = cluster.urls().get(i % cluster.urls().size());
        WsTestClient client = cluster.client(tenant, "user" + all.size());
        all.add(client);
        page.add(client.connect(url));
      }
      CompletableFuture.allOf(page.toArray(CompletableFuture[]::new)).join();
    }
    return all;
  }

  private static Scenario neverRead(int silent, int reading) {
    return Scenario.of(
        "%d readers that never read beside %,d that do".formatted(silent, reading),
        stage -> neverRead(stage, silent, reading));
  }

  private static void neverRead(Stage stage, int silent, int reading) {
    String tenant = stage.load().tenant();
    List<WsTestClient> readers = connect(stage.cluster(), tenant, reading);
    String topic = "topic:large";
    join(readers.stream().map(reader -> reader.subscribe(topic)).toList());
    List<ManualClient> hanging = new ArrayList<>();
    for (int i = 0; i < silent; i++) {
      hanging.add(hanging(stage.cluster(), tenant, topic, i));
    }
    stage.fault();
    WsTestClient publisher = readers.get(0);
    String text = "x".repeat(LARGE);
    int count = 8_000_000 / LARGE;
    for (int i = 0; i < count; i += 10) {
      join(
          Stream.generate(() -> publisher.publish(topic, "large", Map.of("text", text)))
              .limit(10)
              .toList());
    }
    stage.await(
        "those that read have read all",
        Duration.ofSeconds(60),
        () -> readers.stream().allMatch(reader -> has(reader, topic, count)));
    stage.goesOn();
    stage.ready(true, stage.cluster()::nodes);
    stage.healed();
    hanging.forEach(ManualClient::cut);
    readers.forEach(WsTestClient::close);
  }

  private static boolean has(WsTestClient reader, String topic, int count) {
    Position cursor = reader.ledger().cursor(topic);
    return cursor != null && cursor.seq() >= count;
  }

  private static ManualClient hanging(
      TestCluster cluster, String tenant, String topic, int number) {
    URI url = cluster.urls().get(number % cluster.urls().size());
    ManualClient client = cluster.clients().manual(url);
    client.send(
        "hello", Map.of("token", cluster.token(tenant, "silent" + number), "client", NAMED));
    client.await("welcome");
    client.send("subscribe", Map.of("id", "s", "channel", topic));
    client.awaitAnswer("s");
    client.stopReading();
    return client;
  }

  /** Neither its last bytes nor its end arrive; the node must find out by silence. */
  private static void vanish(Stage stage) {
    TestNode node = stage.cluster().node(1);
    Lane there = new Lane("client → " + node.id());
    Lane back = new Lane(node.id() + " → client");
    var at = new InetSocketAddress("127.0.0.1", node.port());
    try (Relay relay = Relay.open(() -> at, there, back)) {
      String tenant = stage.load().tenant();
      URI url = URI.create("ws://127.0.0.1:" + relay.port() + "/v1/connect");
      WsTestClient client = stage.cluster().client(tenant, "vanishing", List.of(url));
      client.connect().join();
      String session = Objects.requireNonNull(client.session());
      String record = Keys.session(tenant, session);
      stage.fault();
      there.hold();
      back.hold();
      client.cutAndStayAway();
      stage.detected(
          "the node gives it up",
          () -> "detached".equals(stage.redis().call("HGET", record, "state")));
      stage.goesOn();
      stage.healed();
      there.cut();
      back.cut();
      client.connect(stage.cluster().node(2).url()).join();
      if (!session.equals(client.session())) {
        stage.violation("the client that vanished lost its session");
      }
      client.close();
    }
  }

  private static void join(List<? extends CompletableFuture<?>> all) {
    CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).join();
  }
}
