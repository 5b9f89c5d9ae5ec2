package dev.holdfast.gateway.bounds;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.core.Ids;
import dev.holdfast.gateway.GatewayFixture;
import dev.holdfast.gateway.GatewayFixture.Welcomed;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import dev.holdfast.testkit.client.ManualClient;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Whoever unsubscribes as fast as it can stops nobody. Once each unsubscription was a request to
 * the store, also of a channel that was never read, which takes no permission: four such
 * connections kept another tenant from publishing for over 10 s, and once ended the node.
 */
@ExtendWith(RedisExtension.class)
class UnsubscribeFloodIT {
  private static final String[] MAY = {"subscribe:topic:*", "publish:topic:*"};
  private static final int FAILED = 50;
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private TestRedis own;
  private GatewayFixture node;

  @AfterEach
  void stop() {
    node.close();
    if (own != null) {
      own.close();
    }
  }

  @Test
  void whatIsNotReadIsUnsubscribedWithoutAskingTheStore(TestRedis redis) {
    node = new GatewayFixture(redis.uri());
    Welcomed ann = node.hello("ann").live();
    long before = storeCalls();
    for (int i = 0; i < 1_000; i++) {
      unsubscribe(ann.client(), "u" + i, "topic:" + i);
    }
    assertEquals("reply", answer(ann.client(), "u999").get("type").asText());
    assertTrue(storeCalls() - before < 100, "asked " + (storeCalls() - before));
  }

  /** The record might have it, though the answer to the client was that it failed. */
  @Test
  void whatFailedToBeSubscribedIsTakenOutOfTheRecord() {
    own = TestRedis.own();
    node = new GatewayFixture(own.uri());
    Welcomed ann = node.hello("ann", MAY).live();
    own.kill();
    all(ann.client(), "subscribe", "s");
    own.start();
    node.awaitStore();
    long before = storeCalls();
    all(ann.client(), "unsubscribe", "u");
    long asked = storeCalls() - before;
    assertTrue(asked >= FAILED, "asked " + asked);
    all(ann.client(), "unsubscribe", "again");
    assertTrue(storeCalls() - before - asked < FAILED / 2, "asked again");
  }

  private static void all(ManualClient client, String type, String id) {
    for (int i = 0; i < FAILED; i++) {
      client.send(type, Map.of("id", id + i, "channel", "topic:" + i));
    }
    for (int i = 0; i < FAILED; i++) {
      answer(client, id + i);
    }
  }

  @Test
  void noMoreThan64AreUnderWayAndTheOthersWaitWithTheClient() {
    own = TestRedis.own();
    node = new GatewayFixture(own.uri());
    Welcomed ann = node.hello("ann", MAY).live();
    own.pause();
    for (int i = 0; i < 500; i++) {
      ann.client().send("subscribe", Map.of("id", "s" + i, "channel", "topic:" + i));
    }
    await().until(() -> frames("subscribe") >= 64);
    ann.client().send("ping", Map.of()); // behind them, and so not read
    assertTrue(frames("subscribe") <= 64, "read: " + frames("subscribe"));
    own.resume();
    for (int i = 0; i < 500; i++) {
      answer(ann.client(), "s" + i);
    }
    ann.client().await("pong");
  }

  @Test
  void anotherTenantIsServedMeanwhile(TestRedis redis) {
    node = new GatewayFixture(redis.uri());
    List<ManualClient> flooders = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      flooders.add(node.hello("mallory" + i).live().client());
    }
    ManualClient bob = node.connect();
    String token = GatewayFixture.tokenOf("t" + Ids.fresh(), "bob", MAY);
    GatewayFixture.sayHello(bob, token, Map.of());
    bob.await("welcome");
    for (int n = 1; n <= 30; n++) {
      for (ManualClient flooder : flooders) {
        for (int i = 0; i < 200; i++) {
          unsubscribe(flooder, "u" + n + "-" + i, "topic:" + i);
        }
      }
      bob.send(
          "publish", Map.of("id", "p" + n, "channel", "topic:x", "event", "e", "data", n, "n", n));
      assertEquals("reply", answer(bob, "p" + n).get("type").asText());
    }
  }

  private static void unsubscribe(ManualClient client, String id, String channel) {
    client.send("unsubscribe", Map.of("id", id, "channel", channel));
  }

  private static ObjectNode answer(ManualClient client, String id) {
    return client.await(
        frame ->
            List.of("reply", "error").contains(frame.path("type").asText())
                && frame.path("id").asText().equals(id),
        "an answer to " + id,
        PATIENCE);
  }

  private double frames(String type) {
    return node.count("holdfast.frames.in", "type", type);
  }

  /** Of the link that sessions' requests go by. */
  private long storeCalls() {
    Timer calls = node.registry.find("holdfast.redis.command").tag("purpose", "sessions").timer();
    return calls == null ? 0 : calls.count();
  }
}
