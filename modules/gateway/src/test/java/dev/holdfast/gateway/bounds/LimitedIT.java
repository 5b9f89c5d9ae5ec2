package dev.holdfast.gateway.bounds;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.core.Ids;
import dev.holdfast.gateway.GatewayFixture;
import dev.holdfast.gateway.GatewayFixture.Welcomed;
import dev.holdfast.gateway.StrangerSocket;
import dev.holdfast.gateway.config.GatewayConfig;
import dev.holdfast.limits.Amounts;
import dev.holdfast.limits.Limit;
import dev.holdfast.limits.LimitsConfig;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import dev.holdfast.testkit.client.ManualClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What connections of one user, and of one tenant, may do together. */
@ExtendWith(RedisExtension.class)
class LimitedIT {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String[] MAY = {"subscribe:topic:*", "publish:topic:*"};

  private GatewayFixture node;

  @AfterEach
  void stop() {
    node.close();
  }

  private void start(TestRedis redis, Amounts tenant, Amounts user) {
    node =
        new GatewayFixture(
            redis.uri(),
            "t" + Ids.fresh(),
            GatewayConfig.DEFAULTS,
            new LimitsConfig(tenant, user, Duration.ofMillis(100)));
  }

  /** Frames that ask nothing of the store cost the node its processor. */
  @Test
  void framesOfEveryTypeAreReadAtTheUsersRateAndNoneIsRefused(TestRedis redis) {
    start(redis, Amounts.TENANT, Amounts.USER.with(Limit.REQUESTS, 200));
    Welcomed one = node.hello("ann", MAY).live();
    Welcomed other = node.hello("ann", MAY).live();
    long begin = System.nanoTime();
    for (Welcomed ann : List.of(one, other)) {
      for (int i = 0; i < 300; i++) {
        ann.client().send("ping", Map.of());
      }
      ann.client().send("unsubscribe", Map.of("id", "last", "channel", "topic:x"));
    }
    assertEquals("reply", answer(one.client(), "last").get("type").asText());
    assertEquals("reply", answer(other.client(), "last").get("type").asText());
    double seconds = (System.nanoTime() - begin) / 1e9;
    assertTrue(seconds > 1.5, "602 frames at 200/s took " + seconds + " s");
    assertTrue(one.client().isOpen() && other.client().isOpen());
  }

  @Test
  void aUserThatFloodsDoesNotSlowAnotherOfItsTenant(TestRedis redis) {
    start(redis, Amounts.TENANT, Amounts.USER.with(Limit.PUBLICATIONS, 20));
    Welcomed ann = node.hello("ann", MAY).live();
    Welcomed bob = node.hello("bob", MAY).live();
    // Half a minute's worth: a slow machine must not be done with it when bob is.
    for (int n = 1; n <= 600; n++) {
      publish(ann.client(), n);
    }
    for (int n = 1; n <= 10; n++) {
      publish(bob.client(), n);
      assertEquals("reply", answer(bob.client(), "p" + n).get("type").asText());
    }
    assertTrue(ann.client().frames().stream().noneMatch(f -> f.path("id").asText().equals("p600")));
    answer(ann.client(), "p60");
  }

  @Test
  void aRateOfZeroIsReportedAndTheConnectionGoesOn(TestRedis redis) {
    start(redis, Amounts.TENANT, Amounts.USER.with(Limit.PUBLICATIONS, 0));
    Welcomed ann = node.hello("ann", MAY).live();
    publish(ann.client(), 1);
    assertEquals("limit_exceeded", answer(ann.client(), "p1").get("code").asText());
    ann.client().send("ping", Map.of());
    ann.client().await("pong");
  }

  @Test
  void aConnectionTooManyIsToComeLaterAndTakesNothingFromTheOthers(TestRedis redis) {
    start(redis, Amounts.TENANT, Amounts.USER.with(Limit.CONNECTIONS, 2));
    Welcomed one = node.hello("ann").live();
    Welcomed two = node.hello("ann").live();
    ManualClient third = node.connect();
    GatewayFixture.sayHello(third, node.token("ann"), Map.of());
    ManualClient.Close close = third.awaitClose();
    assertEquals(4010, close.code());
    assertTrue(close.reason().startsWith("limited: connections"), close.reason());
    node.hello("bob").live();
    assertTrue(one.client().isOpen() && two.client().isOpen());

    one.client().close();
    await().until(() -> comesIn("ann"));
  }

  private boolean comesIn(String user) {
    ManualClient client = node.connect();
    GatewayFixture.sayHello(client, node.token(user), Map.of());
    ObjectNode[] first = new ObjectNode[1];
    await()
        .until(
            () ->
                !client.isOpen()
                    || (first[0] = client.frames().stream().findFirst().orElse(null)) != null);
    return first[0] != null && first[0].path("type").asText().equals("welcome");
  }

  /** Its old connection may be gone without anybody knowing, and still have its place. */
  @Test
  void whoComesBackAsItsSessionNeedsNoPlaceMore(TestRedis redis) {
    start(redis, Amounts.TENANT, Amounts.USER.with(Limit.CONNECTIONS, 1));
    Welcomed ann = node.hello("ann").live();
    Welcomed again = node.hello(node.token("ann"), Map.of("resume", ann.session()));
    assertTrue(again.welcome().get("resumed").asBoolean());
    assertEquals(4500, ann.client().awaitClose().code());

    ManualClient pretends = node.connect();
    GatewayFixture.sayHello(pretends, node.token("ann"), Map.of("resume", Ids.fresh()));
    assertEquals(4010, pretends.awaitClose().code());
    assertTrue(again.client().isOpen());
  }

  @Test
  void subscriptionsOfAllItsConnectionsAreCountedTogether(TestRedis redis) {
    start(redis, Amounts.TENANT, Amounts.USER.with(Limit.SUBSCRIPTIONS, 3));
    Welcomed one = node.hello("ann", MAY).live();
    Welcomed other = node.hello("ann", MAY).live();
    assertEquals("reply", subscribe(one, "a"));
    assertEquals("reply", subscribe(one, "b"));
    assertEquals("reply", subscribe(other, "c"));
    assertEquals("limit_exceeded", subscribe(other, "d"));
    one.client().send("unsubscribe", Map.of("id", "u", "channel", "topic:a"));
    answer(one.client(), "u");
    await().until(() -> subscribe(other, "e" + Ids.fresh()).equals("reply"));

    Welcomed again = node.hello(node.token("ann", MAY), Map.of("resume", other.session()));
    again.client().await("live", "topic:c");
    assertEquals("limit_exceeded", subscribe(again, "f"), "what it had it has again");
  }

  /** Each as if a frame had asked for it: neither a place more, nor faster. */
  @Test
  void subscriptionsOfAHelloAreHeldToTheLimitsOfFrames(TestRedis redis) {
    start(redis, Amounts.TENANT, Amounts.USER.with(Limit.SUBSCRIPTIONS, 9).with(Limit.REQUESTS, 5));
    Map<String, String> all =
        IntStream.range(0, 20).boxed().collect(Collectors.toMap(i -> "topic:" + i, i -> "latest"));
    long begin = System.nanoTime();
    Welcomed ann = node.hello(node.token("ann", MAY), Map.of("subscriptions", all));
    for (String topic : all.keySet()) {
      ann.client()
          .await(
              frame ->
                  frame.path("channel").asText().equals(topic)
                      && Set.of("live", "unsubscribed").contains(frame.path("type").asText()),
              topic,
              PATIENCE);
    }
    double seconds = (System.nanoTime() - begin) / 1e9;
    List<String> refused =
        ann.client().frames().stream()
            .filter(frame -> frame.path("type").asText().equals("unsubscribed"))
            .map(frame -> frame.path("code").asText())
            .toList();
    assertEquals(Collections.nCopies(11, "limit_exceeded"), refused);
    assertTrue(seconds > 1.2, "20 subscriptions at 5/s took " + seconds + " s");
    assertEquals("limit_exceeded", subscribe(ann, "more"));
  }

  /** A hello asked the service of runs hundreds of times at once, and for nothing. */
  @Test
  void whatIsRefusedOfAHelloHasPaidAsWell(TestRedis redis) {
    start(redis, Amounts.TENANT, Amounts.USER.with(Limit.REQUESTS, 10));
    Map<String, String> all = new HashMap<>();
    for (int i = 0; i < 15; i++) {
      all.put("run:r" + i, "snapshot");
      all.put("user:u" + i, "latest");
    }
    long begin = System.nanoTime();
    Welcomed ann = node.hello(node.token("ann", MAY), Map.of("subscriptions", all));
    all.keySet().forEach(name -> ann.client().await("unsubscribed", name));
    double seconds = (System.nanoTime() - begin) / 1e9;
    assertTrue(seconds > 1.2, "30 refused names at 10/s took " + seconds + " s");
  }

  private static String subscribe(Welcomed of, String topic) {
    String id = "s-" + topic;
    of.client().send("subscribe", Map.of("id", id, "channel", "topic:" + topic));
    ObjectNode answer = answer(of.client(), id);
    return answer.path("code").asText(answer.get("type").asText());
  }

  /** All come at once after a failure; they wait up to 3 s, of which this takes half. */
  @Test
  void connectsOverTheRateWaitForTheirTurn(TestRedis redis) {
    start(redis, Amounts.TENANT, Amounts.USER.with(Limit.CONNECTS, 10));
    List<ManualClient> all = new ArrayList<>();
    for (int i = 0; i < 15; i++) {
      ManualClient client = node.connect();
      GatewayFixture.sayHello(client, node.token("ann"), Map.of());
      all.add(client);
    }
    all.forEach(client -> client.await("welcome"));
  }

  /** A stream opened 64 channels for the price of one request: others waited for the store. */
  @Test
  void aStreamTakesARequestForEachOfItsChannels(TestRedis redis) {
    start(redis, Amounts.TENANT, Amounts.USER.with(Limit.REQUESTS, 100));
    String channels =
        IntStream.range(0, 64).mapToObj(i -> "topic:c" + i).collect(Collectors.joining(","));
    String request =
        "GET /v1/events?channels=%s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n"
            .formatted(channels, node.token("ann", MAY));
    long begin = System.nanoTime();
    for (int i = 0; i < 5; i++) {
      try (StrangerSocket stream = new StrangerSocket(node.port())) {
        assertTrue(stream.say(request).head().startsWith("HTTP/1.1 200"));
      }
    }
    double seconds = (System.nanoTime() - begin) / 1e9;
    assertTrue(seconds > 1.2, "five streams of 64 channels at 100/s took " + seconds + " s");
    node.hello("bob").live();
  }

  private static ObjectNode answer(ManualClient client, String id) {
    return client.await(
        frame ->
            List.of("reply", "error").contains(frame.path("type").asText())
                && frame.path("id").asText().equals(id),
        "an answer to " + id,
        PATIENCE);
  }

  private static void publish(ManualClient client, int n) {
    client.send(
        "publish", Map.of("id", "p" + n, "channel", "topic:a", "event", "e", "data", n, "n", n));
  }
}
