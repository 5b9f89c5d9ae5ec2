package dev.holdfast.gateway.subscription;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.channels.ChannelMessage;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.gateway.GatewayFixture;
import dev.holdfast.gateway.GatewayFixture.Welcomed;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import dev.holdfast.testkit.client.ManualClient;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A hello that names all channels that its client wants to read. */
@ExtendWith(RedisExtension.class)
class HelloSubscriptionsIT {
  private static final String[] MAY = {"subscribe:topic:*", "publish:topic:*"};

  private GatewayFixture node;

  @BeforeEach
  void start(TestRedis redis) {
    node = new GatewayFixture(redis.uri());
  }

  @AfterEach
  void stop() {
    node.close();
  }

  @Test
  void aNewSessionReadsWhatItsHelloNamesFromWhereItSays() {
    Welcomed bob = node.hello("bob", MAY).live();
    publish(bob, "topic:old", 1);
    String epoch = publish(bob, "topic:old", 2).at("/data/epoch").asText();

    Welcomed ann =
        ann(null, Map.of("topic:old", List.of(epoch, 1), "topic:all", "earliest"), Map.of()).live();

    ObjectNode subscribed = ann.client().await("subscribed", "topic:old");
    assertEquals(1, subscribed.get("seq").asInt());
    assertEquals(2, ann.client().await("event", "topic:old").get("seq").asInt());
    ann.client().await("live", "topic:all");
    await().until(() -> topics(ann).equals(Set.of("old", "all")));
  }

  /** As behind a subscribe: a publication right behind the hello is an event for its client. */
  @Test
  void whatComesBehindTheHelloFindsItsSubscriptionsInForce() {
    ManualClient client = node.connect();
    GatewayFixture.sayHello(
        client, node.token("ann", MAY), Map.of("subscriptions", Map.of("topic:a", "latest")));
    client.await("welcome");
    client.send("publish", publication("topic:a", 1));
    client.send("subscribe", Map.of("id", "again", "channel", "topic:a"));

    assertEquals(1, client.await("event", "topic:a").get("seq").asInt());
    assertEquals("reply", client.awaitAnswer("again").get("type").asText());
    long begun = client.frames().stream().filter(frame -> is("subscribed", frame)).count();
    assertEquals(1, begun);
  }

  private static boolean is(String type, ObjectNode frame) {
    return frame.path("type").asText().equals(type)
        && frame.path("channel").asText().equals("topic:a");
  }

  @Test
  void whatAResumeDoesNotNameEndsAndTheRestGoesOnFromItsCursors() {
    Welcomed ann = ann(null, Map.of("topic:a", "latest", "topic:b", "latest"), Map.of());
    String epoch = ann.client().await("live", "topic:a").get("epoch").asText();
    ann.client().await("live", "topic:b");
    publish(ann, "topic:a", 1);
    ann.client().await("event", "topic:a");
    ann.client().cut();
    node.awaitNobody();

    Welcomed again =
        ann(
            ann.session(),
            Map.of("topic:a", "latest", "topic:c", "latest"),
            Map.of("topic:a", List.of(epoch, 0)));

    assertTrue(again.welcome().get("resumed").asBoolean());
    assertEquals("requested", code(again, "topic:b"));
    assertEquals(1, again.client().await("event", "topic:a").get("seq").asInt());
    again.client().await("live", "topic:c");
    await().until(() -> topics(again).equals(Set.of("a", "c")));
  }

  @Test
  void anEmptySetEndsAllAndNoSetEndsNothing() {
    Welcomed ann = ann(null, Map.of("topic:a", "latest"), Map.of());
    ann.client().await("live", "topic:a");
    Welcomed old = node.hello(node.token("ann", MAY), Map.of("resume", ann.session()));
    old.client().await("live", "topic:a");

    Welcomed none = ann(ann.session(), Map.of(), Map.of()).live();

    assertEquals("requested", code(none, "topic:a"));
    await().until(() -> topics(none).isEmpty());
  }

  @Test
  void whatIsRefusedIsReportedByItsNameAndStopsNoOther() {
    Map<String, Object> all = new HashMap<>();
    all.put("topic:a", "latest");
    all.put("topic:secret", "latest");
    all.put("user:bob", "latest");
    all.put("system:nodes", "earliest");
    all.put("run:none", "snapshot");
    all.put("topic:b", "snapshot");
    all.put("tenant", "latest");
    Welcomed ann =
        node.hello(
            node.token("ann", "subscribe:topic:a", "subscribe:topic:b"),
            Map.of("subscriptions", all));

    ann.live().client().await("live", "topic:a");
    for (String name : List.of("topic:secret", "user:bob", "system:nodes")) {
      assertEquals("forbidden", code(ann, name), name);
    }
    assertEquals("bad_request", code(ann, "topic:b"));
    ann.client().await("unsubscribed", "run:none");
    assertEquals(Set.of("a"), topics(ann));
    assertTrue(ann.client().isOpen());
  }

  @Test
  void whatAServiceGrantedStaysWithoutBeingNamed() {
    Welcomed ann = node.hello("ann").live();
    var news = new Channel(node.tenant, ChannelName.topic("news"));
    GatewayFixture.get(
        node.channels.ask(new ChannelMessage.SubscribeSession(node.service, ann.session(), news)));
    ann.client().await("live", "topic:news");

    Welcomed again =
        node.hello(node.token("ann"), Map.of("resume", ann.session(), "subscriptions", Map.of()));

    again.live().client().await("live", "topic:news");
    assertEquals(Set.of("news"), topics(again));
  }

  @Test
  void aSessionHasNoMoreChannelsByItsHelloThanBySubscribing() {
    Map<String, Object> all = new HashMap<>();
    for (int i = 0; i < 259; i++) {
      all.put("topic:" + i, "latest");
    }
    Welcomed ann = ann(null, all, Map.of());
    await().until(() -> ended(ann) + topics(ann).size() == 259);

    assertEquals(256, topics(ann).size());
    assertEquals(3, ended(ann));
    all.put("topic:more", "latest");
    ManualClient tooMany = node.connect();
    GatewayFixture.sayHello(tooMany, node.token("ann", MAY), Map.of("subscriptions", all));
    assertEquals("protocol", tooMany.awaitClose().reason());
  }

  private static long ended(Welcomed of) {
    return of.client().frames().stream()
        .filter(frame -> frame.path("type").asText().equals("unsubscribed"))
        .filter(frame -> frame.path("code").asText().equals("limit_exceeded"))
        .count();
  }

  private Welcomed ann(String resume, Map<String, ?> all, Map<String, ?> cursors) {
    Map<String, Object> members = new HashMap<>(Map.of("subscriptions", all));
    if (resume != null) {
      members.putAll(Map.of("resume", resume, "channels", cursors));
    }
    return node.hello(node.token("ann", MAY), members);
  }

  private Set<String> topics(Welcomed of) {
    Set<String> topics = new HashSet<>();
    node.view(of.session()).subscriptions().stream()
        .filter(name -> name.kind() == ChannelName.Kind.TOPIC)
        .forEach(name -> topics.add(name.id()));
    return topics;
  }

  private static String code(Welcomed of, String channel) {
    return of.client().await("unsubscribed", channel).get("code").asText();
  }

  private static Map<String, Object> publication(String channel, int n) {
    return Map.of("id", channel + " " + n, "channel", channel, "event", "e", "data", n, "n", n);
  }

  private static ObjectNode publish(Welcomed by, String channel, int n) {
    by.client().send("publish", publication(channel, n));
    return by.client().awaitAnswer(channel + " " + n);
  }
}
