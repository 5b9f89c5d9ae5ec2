package dev.holdfast.app.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.Ids;
import dev.holdfast.testkit.ClusterExtension;
import dev.holdfast.testkit.ClusterOptions;
import dev.holdfast.testkit.Metrics;
import dev.holdfast.testkit.Repeatedly;
import dev.holdfast.testkit.TestCluster;
import dev.holdfast.testkit.TestNode;
import dev.holdfast.testkit.client.Entry;
import dev.holdfast.testkit.client.ManualClient;
import dev.holdfast.testkit.client.WsTestClient;
import dev.holdfast.testkit.history.Checker;
import dev.holdfast.testkit.history.History;
import dev.holdfast.testkit.history.Payload;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;

/** One session, several connections that want it. */
@ExtendWith(ClusterExtension.class)
class ResumeIT {
  private static final int REPLACED = 4500;
  private static final String NEWS = "topic:news";
  private static final String VERIFIED = "holdfast_tokens_verified_total";
  private static final Map<String, String> CLIENT = Map.of("name", "test", "version", "1");
  private static TestCluster cluster;

  private final String tenant = "t-" + Ids.fresh();

  @BeforeAll
  static void start() {
    // Clients that answer no ping, on a machine that may be busy.
    cluster = TestCluster.start(ClusterOptions.of(3).with("gateway.heartbeat", "1m"));
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @Repeatedly
  void aSessionIsResumedThreeTimesInARowByThreeNodes() {
    var history = new History();
    WsTestClient ann = cluster.client(tenant, "ann");
    history.reader("ann", ann.ledger());
    String session = Traffic.await(ann.connect(cluster.node(3).url())).session();
    Traffic.await(ann.subscribe(NEWS));
    for (int n = 1; n <= 3; n++) {
      publish(ann, history);
      Entry.Welcomed welcome = Traffic.await(ann.connect(cluster.node(n).url()));
      assertEquals(session, welcome.session());
      assertEquals("n" + n, welcome.node());
      assertEquals(n + 1, welcome.generation());
      assertTrue(welcome.resumed());
    }
    publish(ann, history);

    Awaitility.await().until(history::settled);
    assertEquals(List.of(), Checker.violations(history));
    Awaitility.await("the three before hear that they were replaced")
        .until(() -> ann.ledger().all(Entry.Closed.class).size() == 3);
    ann.ledger().all(Entry.Closed.class).forEach(closed -> assertEquals(REPLACED, closed.code()));
    ann.close();
  }

  @Repeatedly
  void ofTwoResumesThatRaceExactlyOneHoldsTheSession() {
    for (int round = 0; round < 10; round++) {
      ManualClient first = cluster.clients().manual(cluster.node(1).url());
      String session = hello(first, null).get("session").asText();
      ManualClient left = cluster.clients().manual(cluster.node(2).url());
      ManualClient right = cluster.clients().manual(cluster.node(3).url());

      sayHello(left, session);
      sayHello(right, session);

      assertEquals(REPLACED, first.awaitClose().code());
      Awaitility.await("one of them hears of it")
          .until(() -> Stream.of(left, right).filter(ManualClient::isOpen).count() == 1);
      ManualClient holder = left.isOpen() ? left : right;
      ManualClient loser = left.isOpen() ? right : left;
      assertEquals(REPLACED, loser.awaitClose().code());
      assertEquals(3, holder.await("welcome").get("generation").asLong());
      assertEquals("reply", publish(holder, 1, "held").get("type").asText());
      holder.close();
    }
  }

  @Repeatedly
  void aPublicationByAReplacedConnectionIsFenced() {
    try (var service = BusService.join(cluster, "gateway")) {
      for (int round = 0; round < 5; round++) {
        replacedWhilePaused(service, "round" + round);
      }
    }
  }

  /**
   * What the old connection wrote is read when its node goes on, before or after it hears of its
   * replacement: then the answer is {@code fenced}, or there is none.
   */
  private void replacedWhilePaused(BusService service, String round) {
    TestNode node = cluster.node(1);
    ManualClient old = cluster.clients().manual(node.url());
    String session = hello(old, null).get("session").asText();
    old.send("subscribe", Map.of("id", "s", "channel", NEWS));
    assertEquals("reply", old.awaitAnswer("s").get("type").asText());
    assertEquals("reply", publish(old, 1, round + "-before").get("type").asText());

    node.pause();
    ManualClient successor;
    try {
      sendPublish(old, 2, round + "-late");
      successor = cluster.clients().manual(cluster.node(2).url());
      assertEquals(2, hello(successor, session).get("generation").asLong());
    } finally {
      node.resume();
    }

    assertEquals(REPLACED, old.awaitClose().code());
    answers(old, "p" + round + "-late")
        .forEach(answer -> assertEquals("fenced", answer.path("code").asText()));
    // As the node of the old connection asks for it.
    assertEquals(
        ErrorCode.FENCED, service.publishAs(tenant, "ann", session, 1, NEWS, 2, round + "-bus"));
    assertEquals("reply", publish(successor, 2, round + "-after").get("type").asText());
    assertOnlyIn(successor, round + "-after", round + "-late");
    successor.close();
  }

  /** A node that had the session before took its own last position for the log's. */
  @Repeatedly
  void whatWasSentWhileTheSessionWasElsewhereIsReadOnItsReturn() {
    try (var service = BusService.join(cluster, "orders")) {
      ManualClient first = cluster.clients().manual(cluster.node(1).url());
      String session = hello(first, null).get("session").asText();
      String channel = "session:" + session;
      ObjectNode start = first.await("live", channel);
      ManualClient elsewhere = cluster.clients().manual(cluster.node(2).url());
      hello(elsewhere, session);
      Traffic.await(service.publish(tenant, channel, Map.of("text", "away")));

      ManualClient back = cluster.clients().manual(cluster.node(1).url());
      back.send(
          "hello",
          Map.of(
              "token",
              cluster.token(tenant, "ann"),
              "client",
              CLIENT,
              "resume",
              session,
              "channels",
              Map.of(channel, List.of(start.get("epoch"), start.get("seq")))));

      assertEquals("away", back.await("event", channel).path("data").path("text").asText());
      back.close();
    }
  }

  /**
   * It got {@code replaced}, and never came back, though nobody else held its session. And the
   * node's other life had no meters of tokens, which the life before had taken along.
   */
  @Repeatedly
  void aClientWhoseNodeWasTakenForDeadIsAskedToComeBack() {
    TestNode node = cluster.node(1);
    TestNode other = cluster.node(2);
    double reaped = reaped();
    ManualClient ann = cluster.clients().manual(node.url());
    String session = hello(ann, null).get("session").asText();
    double verified = node.metrics().sum(VERIFIED);

    node.pause();
    try {
      sendPublish(ann, 1, "late");
      Awaitility.await("the others have detached what it held")
          .atMost(Duration.ofSeconds(30))
          .until(() -> reaped() > reaped);
    } finally {
      node.resume();
    }

    assertTrue(ann.awaitClose().code() < 4500, () -> "asked not to come back: " + ann.awaitClose());
    ManualClient again = cluster.clients().manual(other.url());
    assertEquals(2, hello(again, session).get("generation").asLong());
    again.close();
    cluster.awaitReady();
    Awaitility.await("another life, which counts its tokens")
        .atMost(Duration.ofSeconds(30))
        .ignoreExceptions()
        .until(() -> countsTokensAnew(node.metrics(), verified));
  }

  private static boolean countsTokensAnew(Metrics now, double before) {
    return now.sum(VERIFIED) < before
        && now.samples().stream().anyMatch(sample -> sample.name().equals(VERIFIED));
  }

  private static double reaped() {
    return cluster.nodes().stream()
        .filter(node -> !node.isPaused())
        .mapToDouble(node -> node.metrics().sum("holdfast_nodes_reaped_total"))
        .sum();
  }

  private void assertOnlyIn(ManualClient reader, String wanted, String unwanted) {
    reader.await(
        frame -> wanted.equals(frame.path("data").path("text").asText()), "the event " + wanted);
    assertFalse(
        reader.frames().stream()
            .anyMatch(frame -> unwanted.equals(frame.path("data").path("text").asText())),
        unwanted + " was stored");
  }

  private static List<ObjectNode> answers(ManualClient client, String id) {
    return client.frames().stream().filter(frame -> id.equals(frame.path("id").asText())).toList();
  }

  private void publish(WsTestClient client, History history) {
    Payload payload = history.next("ann", NEWS);
    var answer = Traffic.await(client.publish(NEWS, "e", payload.data()));
    history.acknowledged(NEWS, payload, answer);
  }

  private ObjectNode publish(ManualClient client, long n, String text) {
    sendPublish(client, n, text);
    return client.awaitAnswer("p" + text);
  }

  private static void sendPublish(ManualClient client, long n, String text) {
    client.send(
        "publish",
        Map.of(
            "id", "p" + text, "channel", NEWS, "event", "e", "n", n, "data", Map.of("text", text)));
  }

  private ObjectNode hello(ManualClient client, String resume) {
    sayHello(client, resume);
    ObjectNode welcome = client.await("welcome");
    if (resume != null) {
      assertEquals(resume, welcome.get("session").asText());
    } else {
      assertNotEquals("", welcome.get("session").asText());
    }
    return welcome;
  }

  private void sayHello(ManualClient client, String resume) {
    String token = cluster.token(tenant, "ann");
    client.send(
        "hello",
        resume == null
            ? Map.of("token", token, "client", CLIENT)
            : Map.of("token", token, "client", CLIENT, "resume", resume));
  }
}
