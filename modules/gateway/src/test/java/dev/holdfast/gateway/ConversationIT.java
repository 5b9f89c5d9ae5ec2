package dev.holdfast.gateway;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.gateway.GatewayFixture.Welcomed;
import dev.holdfast.gateway.config.GatewayConfig;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import dev.holdfast.testkit.client.ManualClient;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a client and a node say to each other, from hello to resume. */
@ExtendWith(RedisExtension.class)
class ConversationIT {
  private static final String NEWS = "topic:news";
  private static final String[] ALL = {"subscribe:topic:*", "publish:topic:*"};

  private String redis;
  private GatewayFixture node;

  @BeforeEach
  void start(TestRedis testRedis) {
    redis = testRedis.uri();
    node = new GatewayFixture(redis);
  }

  @AfterEach
  void stop() {
    node.close();
  }

  @Test
  void aNewSessionReadsItsOwnThreeChannels() {
    Welcomed ann = node.hello("ann");

    assertFalse(ann.welcome().get("resumed").asBoolean());
    assertEquals(1, ann.welcome().get("generation").asLong());
    assertEquals(node.node.id(), ann.welcome().get("node").asText());
    for (String channel : List.of("tenant", "user:ann", "session:" + ann.session())) {
      assertTrue(ann.client().await("subscribed", channel).get("recovered").asBoolean());
      ann.client().await("live", channel);
    }
  }

  @Test
  void aPublisherGetsTheReplyAndThenItsOwnEvent() {
    Welcomed ann = node.hello("ann", ALL).live();
    subscribe(ann.client(), "s", NEWS);
    publish(ann.client(), "p", NEWS, 1);
    ObjectNode reply = ann.client().awaitAnswer("p");
    ObjectNode event = ann.client().await("event", NEWS);

    assertFalse(reply.get("data").get("duplicate").asBoolean());
    assertEquals(reply.get("data").get("seq"), event.get("seq"));
    assertEquals("ann", event.get("from").get("user").asText());
    assertEquals(1, event.get("data").get("n").asInt());
    List<String> types =
        ann.client().frames().stream().map(frame -> frame.get("type").asText()).toList();
    assertTrue(types.lastIndexOf("reply") < types.lastIndexOf("event"), types.toString());
  }

  @Test
  void everyReaderGetsEveryPublicationOnceAndInOrder() {
    Welcomed ann = node.hello("ann", ALL).live();
    Welcomed bob = node.hello("bob", ALL).live();
    subscribe(bob.client(), "s", NEWS);
    for (int n = 1; n <= 90; n++) {
      publish(ann.client(), "p" + n, NEWS, n);
    }
    for (int n = 1; n <= 90; n++) {
      assertEquals(n, bob.client().await("event", NEWS).get("data").get("n").asInt());
    }
  }

  @Test
  void aNumberIsStoredOnceAndAGapInTheNumbersIsRefused() {
    Welcomed ann = node.hello("ann", ALL);
    publish(ann.client(), "a", NEWS, 1);
    publish(ann.client(), "b", NEWS, 1);
    publish(ann.client(), "c", NEWS, 3);
    ObjectNode first = ann.client().awaitAnswer("a");
    ObjectNode again = ann.client().awaitAnswer("b");
    ObjectNode early = ann.client().awaitAnswer("c");

    assertTrue(again.get("data").get("duplicate").asBoolean());
    assertEquals(first.get("data").get("seq"), again.get("data").get("seq"));
    assertEquals("out_of_sequence", early.get("code").asText());
    assertEquals(2, early.get("expected").asLong());
    assertTrue(early.get("retryable").asBoolean());
  }

  @Test
  void aVolatilePublicationReachesReadersWithoutAPosition() {
    Welcomed ann = node.hello("ann", ALL).live();
    subscribe(ann.client(), "s", NEWS);
    ann.client().await("live", NEWS);
    ann.client()
        .send(
            "publish",
            Map.of("id", "v", "channel", NEWS, "event", "moved", "data", 7, "class", "volatile"));

    assertTrue(ann.client().awaitAnswer("v").get("data").isEmpty());
    ObjectNode event = ann.client().await("event", NEWS);
    assertEquals("volatile", event.get("class").asText());
    assertNull(event.get("seq"));
  }

  @Test
  void publishingTakesAPermission() {
    Welcomed ann = node.hello("ann", "publish:topic:other");
    publish(ann.client(), "p", NEWS, 1);
    publish(ann.client(), "t", "tenant", 1);

    assertEquals("forbidden", ann.client().awaitAnswer("p").get("code").asText());
    assertEquals("forbidden", ann.client().awaitAnswer("t").get("code").asText());
  }

  @Test
  void aResumedSessionGetsWhatItMissedFromItsCursors() {
    Welcomed ann = node.hello("ann", ALL).live();
    ObjectNode at = subscribe(ann.client(), "s", NEWS);
    ann.client().cut();
    node.awaitNobody();
    Welcomed bob = node.hello("bob", ALL);
    publish(bob.client(), "1", NEWS, 1);
    publish(bob.client(), "2", NEWS, 2);
    bob.client().awaitAnswer("2");

    Welcomed again = resume(ann, Map.of(NEWS, cursor(at)));

    assertTrue(again.welcome().get("resumed").asBoolean());
    assertEquals(2, again.welcome().get("generation").asLong());
    assertTrue(again.client().await("subscribed", NEWS).get("recovered").asBoolean());
    assertEquals(1, again.client().await("event", NEWS).get("data").get("n").asInt());
    assertEquals(2, again.client().await("event", NEWS).get("data").get("n").asInt());
    again.client().await("live", NEWS);
  }

  @Test
  void aClientWithoutCursorsGoesOnFromItsAcks() {
    Welcomed ann = node.hello("ann", ALL).live();
    subscribe(ann.client(), "s", NEWS);
    for (int n = 1; n <= 3; n++) {
      publish(ann.client(), "p" + n, NEWS, n);
    }
    ObjectNode second = ann.client().await(f -> f.path("data").path("n").asInt() == 2, "n = 2");
    ann.client().await(f -> f.path("data").path("n").asInt() == 3, "n = 3");
    long beyond = second.get("seq").asLong() + 100;
    ann.client().send("ack", Map.of("cursors", Map.of(NEWS, cursor(second))));
    ann.client()
        .send(
            "ack", Map.of("cursors", Map.of(NEWS, List.of(second.get("epoch").asText(), beyond))));
    ann.client().send("ping", Map.of());
    ann.client().await("pong");
    ann.client().cut();
    node.awaitNobody();
    await().until(() -> node.view(ann.session()).attachedTo() == null);

    Welcomed again = resume(ann, Map.of());

    assertEquals(3, again.client().await("event", NEWS).get("data").get("n").asInt());
  }

  @Test
  void theSessionsOwnChannelIsReadFromItsBeginning() {
    Welcomed ann = node.hello("ann", "publish:session:*").live();
    publish(ann.client(), "p", "session:" + ann.session(), 1);
    ann.client().awaitAnswer("p");
    ann.client().cut();
    node.awaitNobody();

    Welcomed again = resume(ann, Map.of());

    ObjectNode event = again.client().await("event", "session:" + ann.session());
    assertEquals(1, event.get("data").get("n").asInt());
  }

  @Test
  void aSessionThatIsNotTheUsersIsAnsweredAsOneThatNeverWas() {
    Welcomed ann = node.hello("ann", ALL);
    Welcomed bob = node.hello(node.token("bob", ALL), Map.of("resume", ann.session()));

    assertFalse(bob.welcome().get("resumed").asBoolean());
    assertNotEquals(ann.session(), bob.session());
    assertTrue(ann.client().isOpen());
  }

  @Test
  void whatIsNotPermittedIsReportedAsUnsubscribed() {
    Welcomed ann =
        node.hello(
            node.token("ann"),
            Map.of("channels", Map.of(NEWS, List.of("E", 1), "user:bob", List.of("E", 1))));

    assertEquals("forbidden", ann.client().await("unsubscribed", NEWS).get("code").asText());
    assertEquals("forbidden", ann.client().await("unsubscribed", "user:bob").get("code").asText());
    ann.live();
  }

  @Test
  void aSecondConnectionReplacesTheFirst() {
    Welcomed ann = node.hello("ann", ALL);
    Welcomed again = resume(ann, Map.of());

    assertEquals(2, again.welcome().get("generation").asLong());
    assertEquals(4500, ann.client().awaitClose().code());
    assertEquals("replaced", ann.client().awaitClose().reason());
    again.live();
    assertEquals(1, node.directory.size());
  }

  @Test
  void aReplacedConnectionCanNotPublish() {
    Welcomed ann = node.hello("ann", ALL);
    publish(ann.client(), "1", NEWS, 1);
    ann.client().awaitAnswer("1");
    try (GatewayFixture other = other()) {
      Welcomed again = other.hello(other.token("ann", ALL), Map.of("resume", ann.session()));
      assertTrue(again.welcome().get("resumed").asBoolean());

      publish(ann.client(), "2", NEWS, 2);

      assertEquals("fenced", ann.client().awaitAnswer("2").get("code").asText());
      assertEquals(4500, ann.client().awaitClose().code());
      publish(again.client(), "3", NEWS, 2);
      assertFalse(again.client().awaitAnswer("3").get("data").get("duplicate").asBoolean());
    }
  }

  @Test
  void closeEndsTheSession() {
    Welcomed ann = node.hello("ann", ALL);
    ann.client().send("close", Map.of());

    assertEquals(4503, ann.client().awaitClose().code());
    node.awaitNobody();
    assertFalse(resume(ann, Map.of()).welcome().get("resumed").asBoolean());
  }

  /** Another node on the same Redis, whose hints do not reach the first. */
  private GatewayFixture other() {
    return new GatewayFixture(redis, node.tenant, GatewayConfig.DEFAULTS);
  }

  private Welcomed resume(Welcomed before, Map<String, ?> cursors) {
    return node.hello(
        node.token("ann", ALL), Map.of("resume", before.session(), "channels", cursors));
  }

  private static ObjectNode subscribe(ManualClient client, String id, String channel) {
    client.send("subscribe", Map.of("id", id, "channel", channel));
    return (ObjectNode) client.awaitAnswer(id).get("data");
  }

  private static void publish(ManualClient client, String id, String channel, int n) {
    client.send(
        "publish",
        Map.of("id", id, "channel", channel, "event", "note", "data", Map.of("n", n), "n", n));
  }

  private static List<Object> cursor(ObjectNode position) {
    return List.of(position.get("epoch").asText(), position.get("seq").asLong());
  }
}
