package dev.holdfast.gateway.http;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.Ids;
import dev.holdfast.gateway.config.GatewayConfig;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Reading by server-sent events: the same sessions, resumed by the last id. */
@ExtendWith(RedisExtension.class)
class EventsIT {
  private HttpFixture node;
  private HttpCalls service;
  private String news;

  @BeforeEach
  void start(TestRedis redis) {
    GatewayConfig d = GatewayConfig.DEFAULTS;
    node =
        new HttpFixture(
            redis.uri(),
            GatewayConfig.of(
                d.host(),
                0,
                d.allowedOrigins(),
                d.frameLimit(),
                Duration.ofMillis(500),
                Duration.ofMillis(300),
                d.publishRate(),
                Duration.ofSeconds(2),
                1 << 14,
                d.ackFlush()));
    service = node.service();
    news = "topic:" + Ids.fresh();
  }

  @AfterEach
  void stop() {
    node.close();
  }

  private EventReader read(String last) {
    return new EventReader(node, node.token("ann", "subscribe:topic:*"), news, last);
  }

  private void publish(int from, int to) {
    for (int n = from; n <= to; n++) {
      assertEquals(200, service.publish(news, "note", "" + n).status());
    }
  }

  @Test
  void aStreamReadsItsOwnChannelsAndThoseAskedFor() {
    try (EventReader ann = read(null)) {
      JsonObject welcome = ann.await("welcome");
      assertFalse(welcome.getBoolean("resumed"));
      ann.await("live", news);
      publish(1, 3);
      service.publish("user:ann", "hello", "{\"text\":\"a\\nb\", \n \"x\":1}");
      for (int n = 1; n <= 3; n++) {
        assertEquals(n, ann.await("event", news).getInteger("data"));
      }
      assertEquals("a\nb", ann.await("event", "user:ann").getJsonObject("data").getString("text"));
    }
  }

  @Test
  void theLastIdResumesTheSessionExactly() {
    List<Object> all = new ArrayList<>();
    String last;
    String session;
    try (EventReader ann = read(null)) {
      session = ann.await("welcome").getString("session");
      ann.await("live", news);
      publish(1, 5);
      while (ann.await("event", news).getInteger("data") < 5) {
        // until all five are there
      }
      all.addAll(ann.data(news));
      last = ann.lastId();
    }
    publish(6, 90);
    service.publish("user:ann", "hello", "1");
    try (EventReader again = read(last)) {
      JsonObject welcome = again.await("welcome");
      assertTrue(welcome.getBoolean("resumed"));
      assertEquals(session, welcome.getString("session"));
      await().until(() -> again.data(news).size() == 85);
      await().until(() -> again.data("user:ann").size() == 1);
      all.addAll(again.data(news));
    }
    assertEquals(IntStream.rangeClosed(1, 90).boxed().toList(), all);
  }

  @Test
  void everyIdResumesRightBehindItsMessage() {
    String middle;
    try (EventReader ann = read(null)) {
      ann.await("live", news);
      publish(1, 4);
      ann.await("event", news);
      middle = ann.await("event", news).getString("id:");
      ann.await("event", news);
    }
    try (EventReader again = read(middle)) {
      assertEquals(3, again.await("event", news).getInteger("data"));
      assertEquals(4, again.await("event", news).getInteger("data"));
    }
  }

  @Test
  void aSessionThatIsOverIsANewOneAndItsChannelsAreRecovered() {
    String last;
    String session;
    try (EventReader ann = read(null)) {
      session = ann.await("welcome").getString("session");
      ann.await("live", news);
      last = ann.lastId();
    }
    service.delete("/v1/sessions/" + session);
    publish(1, 2);
    try (EventReader again = read(last)) {
      JsonObject welcome = again.await("welcome");
      assertFalse(welcome.getBoolean("resumed"));
      assertNotEquals(session, welcome.getString("session"));
      assertEquals(1, again.await("event", news).getInteger("data"));
      assertEquals(2, again.await("event", news).getInteger("data"));
    }
  }

  @Test
  void anotherUsersIdGivesNothingOfHers() {
    String last;
    try (EventReader ann = read(null)) {
      last = ann.await("live", "user:ann").getString("id:");
    }
    service.publish("user:ann", "secret", "1");
    try (EventReader bob = new EventReader(node, node.token("bob"), "", last)) {
      assertFalse(bob.await("welcome").getBoolean("resumed"));
      assertEquals("forbidden", bob.await("unsubscribed", "user:ann").getString("code"));
      assertTrue(bob.data("user:ann").isEmpty());
    }
  }

  @Test
  void theNewerStreamReplacesTheOlder() {
    try (EventReader ann = read(null)) {
      ann.await("live", news);
      try (EventReader again = read(ann.lastId())) {
        assertEquals(2, again.await("welcome").getInteger("generation"));
        JsonObject close = ann.await("close");
        assertEquals("replaced", close.getString("reason"));
        assertFalse(close.getBoolean("reconnects"));
      }
    }
  }

  @Test
  void aSilentStreamIsPingedAndStays() {
    try (EventReader ann = read(null)) {
      for (int i = 0; i < 4; i++) {
        ann.await("ping");
      }
      publish(1, 1);
      assertEquals(1, ann.await("event", news).getInteger("data"));
    }
  }

  @Test
  void aStreamThatIsGoneLeavesItsSessionDetached() {
    String session;
    try (EventReader ann = read(null)) {
      session = ann.await("welcome").getString("session");
      assertTrue(service.get("/v1/sessions/" + session).body().contains("attachedTo"));
    }
    await().until(() -> !service.get("/v1/sessions/" + session).body().contains("attachedTo"));
  }

  @Test
  void aServiceSubscribesAndUnsubscribesAStreamsSession() {
    try (EventReader ann = read(null)) {
      String session = ann.await("welcome").getString("session");
      ann.await("live", news);
      String other = "topic:" + Ids.fresh();
      service.put("/v1/sessions/" + session + "/subscriptions/" + other, "");
      ann.await("live", other);
      service.publish(other, "note", "1");
      ann.await("event", other);
      service.delete("/v1/sessions/" + session + "/subscriptions/" + other);
      assertEquals("service", ann.await("unsubscribed", other).getString("code"));
    }
  }

  /** A stream whose reader doesn't read costs a bounded buffer, then it is cut; nothing is lost. */
  @Test
  void aStreamThatIsNotReadIsEndedAndLosesNothing() {
    String data = "\"" + "x".repeat(60_000) + "\"";
    String last;
    try (EventReader ann = read(null)) {
      ann.await("live", news);
      last = ann.lastId();
    }
    String request =
        "GET /v1/events HTTP/1.1\r\nHost: x\r\nLast-Event-ID: %s\r\nAuthorization: Bearer %s\r\n\r\n"
            .formatted(last, node.token("ann", "subscribe:topic:*"));
    try (SlowConsumer slow = new SlowConsumer(node.port(), request)) {
      slow.awaitHead();
      for (int n = 1; n <= 200; n++) {
        service.publish(news, "note", data);
      }
      await()
          .until(() -> node.registry.find("holdfast.closes").tag("code", "slow").counter() != null);
    }
    try (EventReader again = read(last)) {
      await().until(() -> again.data(news).size() == 200);
    }
  }
}
