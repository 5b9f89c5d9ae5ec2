package dev.holdfast.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.channels.ChannelMessage;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.gateway.GatewayFixture.Welcomed;
import dev.holdfast.gateway.config.GatewayConfig;
import dev.holdfast.redis.Keys;
import dev.holdfast.sessions.NodeNotice;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Subscribing and unsubscribing, by the client and by services. */
@ExtendWith(RedisExtension.class)
class ChannelsOfAConnectionIT {
  private static final String NEWS = "topic:news";
  private static final String MAY = "subscribe:topic:*";

  private TestRedis redis;
  private GatewayFixture node;

  @BeforeEach
  void start(TestRedis testRedis) {
    redis = testRedis;
    node = new GatewayFixture(redis.uri());
  }

  @AfterEach
  void stop() {
    node.close();
  }

  @Test
  void theReplyComesBeforeSubscribedAndIsInTheSessionsRecordByThen() {
    Welcomed ann = node.hello("ann", MAY).live();
    ObjectNode reply = subscribe(ann, "1", NEWS);
    assertTrue(reads(ann, "news"));

    ObjectNode subscribed = ann.client().await("subscribed", NEWS);
    assertEquals(reply.get("data").get("epoch"), subscribed.get("epoch"));
    assertEquals(reply.get("data").get("seq"), subscribed.get("seq"));
    ann.client().await("live", NEWS);
  }

  /** A client whose answer was lost asks again, and had to take a refusal for a success. */
  @Test
  void aSubscriptionThatIsThereAlreadyIsAnsweredWithItsPlace() {
    Welcomed ann = node.hello("ann", MAY, "publish:topic:*").live();
    subscribe(ann, "1", NEWS);
    ann.client().await("live", NEWS);
    var note = Map.of("id", "2", "channel", NEWS, "event", "e", "n", 1, "data", 7);
    ann.client().send("publish", note);
    ann.client().await("event", NEWS);

    ObjectNode again = subscribe(ann, "3", NEWS);

    assertEquals("reply", again.get("type").asText());
    assertEquals(ann.client().awaitAnswer("2").at("/data/seq"), again.at("/data/seq"));
    assertEquals("reply", subscribe(ann, "4", "tenant").get("type").asText());
    long begun = ann.client().frames().stream().filter(each -> isSubscribedTo(NEWS, each)).count();
    assertEquals(1, begun);
  }

  private static boolean isSubscribedTo(String channel, ObjectNode frame) {
    return frame.path("type").asText().equals("subscribed")
        && frame.path("channel").asText().equals(channel);
  }

  @Test
  void whatCanNotBeSubscribedIsRefusedByName() {
    Welcomed ann = node.hello("ann", "subscribe:topic:news").live();
    subscribe(ann, "1", NEWS);

    assertEquals("forbidden", code(subscribe(ann, "4", "topic:other")));
    assertEquals("forbidden", code(subscribe(ann, "5", "user:bob")));
    assertEquals("forbidden", code(subscribe(ann, "6", "system:sessions")));
  }

  @Test
  void unsubscribingEndsTheReadingAndTheRecord() {
    Welcomed ann = node.hello("ann", MAY).live();
    subscribe(ann, "1", NEWS);
    ann.client().send("unsubscribe", Map.of("id", "2", "channel", NEWS));

    assertTrue(ann.client().awaitAnswer("2").get("data").isEmpty());
    assertEquals("requested", ann.client().await("unsubscribed", NEWS).get("code").asText());
    assertFalse(reads(ann, "news"));
    assertEquals("reply", subscribe(ann, "3", NEWS).get("type").asText());
  }

  @Test
  void anUnsubscribeRightBehindItsSubscribeLeavesNothing() {
    Welcomed ann = node.hello("ann", MAY).live();
    ann.client().send("subscribe", Map.of("id", "1", "channel", NEWS));
    ann.client().send("unsubscribe", Map.of("id", "2", "channel", NEWS));
    ann.client().awaitAnswer("2");

    assertFalse(reads(ann, "news"));
  }

  @Test
  void theOwnThreeCanNotBeLeft() {
    Welcomed ann = node.hello("ann").live();
    for (String own : List.of("tenant", "user:ann", "session:" + ann.session())) {
      ann.client().send("unsubscribe", Map.of("id", own, "channel", own));
      assertEquals("forbidden", code(ann.client().awaitAnswer(own)));
    }
  }

  @Test
  void aSessionHas256ChannelsBesidesItsOwn() {
    Map<String, Object> cursors = new HashMap<>();
    for (int i = 0; i < 256; i++) {
      cursors.put("topic:" + i, List.of("unknown", 1));
    }
    Welcomed ann = node.hello(node.token("ann", MAY), Map.of("channels", cursors));
    for (int i = 0; i < 256; i++) {
      ann.client().await("live", "topic:" + i);
    }
    assertEquals("limit_exceeded", code(subscribe(ann, "1", NEWS)));

    ann.client().send("unsubscribe", Map.of("id", "2", "channel", "topic:7"));
    ann.client().awaitAnswer("2");
    assertEquals("reply", subscribe(ann, "3", NEWS).get("type").asText());
  }

  @Test
  void aServiceSubscribesASessionAndTakesItBack() {
    Welcomed ann = node.hello("ann").live();
    Channel news = new Channel(node.tenant, ChannelName.topic("news"));
    GatewayFixture.get(
        node.channels.ask(new ChannelMessage.SubscribeSession(node.service, ann.session(), news)));
    ann.client().await("live", NEWS);

    GatewayFixture.get(
        node.channels.ask(
            new ChannelMessage.UnsubscribeSession(node.service, ann.session(), news)));
    assertEquals("service", ann.client().await("unsubscribed", NEWS).get("code").asText());
  }

  @Test
  void aPermissionThatIsGoneEndsTheSubscriptionAtTheNextHello() {
    Welcomed ann = node.hello("ann", MAY).live();
    subscribe(ann, "1", NEWS);
    Welcomed again = node.hello(node.token("ann"), Map.of("resume", ann.session()));

    assertTrue(again.welcome().get("resumed").asBoolean());
    assertEquals("forbidden", again.client().await("unsubscribed", NEWS).get("code").asText());
    Awaitility.await().until(() -> !reads(ann, "news"));
  }

  @Test
  void noticesReachTheConnectionThatTheyAreFor() {
    Welcomed ann = node.hello("ann");
    Welcomed bob = node.hello("bob");
    String connection = bob.welcome().get("connection").asText();
    send(new NodeNotice.Replaced(node.tenant, ann.session(), 0));
    send(new NodeNotice.Disconnect(node.tenant, ann.session(), "another", "test"));
    send(new NodeNotice.Disconnect(node.tenant, bob.session(), connection, "test"));

    assertEquals(4006, bob.client().awaitClose().code());
    assertTrue(ann.client().isOpen());
    send(new NodeNotice.Ended(node.tenant, ann.session(), 1, "revoked"));
    assertEquals(4504, ann.client().awaitClose().code());
  }

  /**
   * Once a key of one channel that could not be read closed all sessions with it, at each hello.
   */
  @Test
  void aChannelThatIsBrokenKeepsNoOtherWaitingAndComesWhenItIsMended() {
    Welcomed ann = node.hello("ann", MAY).live();
    subscribe(ann, "1", NEWS);
    subscribe(ann, "2", "topic:broken");
    ann.client().cut();
    node.awaitNobody();
    String key = Keys.meta(new Channel(node.tenant, ChannelName.topic("broken")));
    node.redis("DEL", key);
    node.redis("SET", key, "of another type");

    GatewayFixture other = new GatewayFixture(redis.uri(), node.tenant, GatewayConfig.DEFAULTS);
    try (other) {
      Welcomed again = other.hello(node.token("ann", MAY), Map.of("resume", ann.session()));
      again.live().client().await("live", NEWS);
      node.redis("DEL", key);
      again.client().await("live", "topic:broken");
      assertTrue(again.client().isOpen());
    }
  }

  private boolean reads(Welcomed client, String topic) {
    return node.view(client.session()).subscriptions().contains(ChannelName.topic(topic));
  }

  private void send(NodeNotice notice) {
    node.bus.hint(node.node.address(), notice);
  }

  private static ObjectNode subscribe(Welcomed client, String id, String channel) {
    client.client().send("subscribe", Map.of("id", id, "channel", channel));
    return client.client().awaitAnswer(id);
  }

  private static String code(ObjectNode error) {
    return error.path("code").asText();
  }
}
