package dev.holdfast.gateway.http;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.gateway.config.GatewayConfig;
import dev.holdfast.gateway.http.HttpCalls.Reply;
import dev.holdfast.limits.Amounts;
import dev.holdfast.limits.Limit;
import dev.holdfast.limits.LimitsConfig;
import dev.holdfast.limits.NodeMemory;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * HTTP is held to the rates that WebSockets are held to. Once it had none: one user filled a Redis
 * of 1 GiB by it in three minutes.
 */
@ExtendWith(RedisExtension.class)
class RatesIT {
  private HttpFixture node;

  @AfterEach
  void stop() {
    node.close();
  }

  private void start(TestRedis redis, Amounts user) {
    node =
        new HttpFixture(
            redis.uri(),
            GatewayConfig.DEFAULTS,
            new LimitsConfig(Amounts.TENANT, user, Duration.ofMillis(100)),
            NodeMemory::of);
  }

  @Test
  void overTheRateIsTooManyRequestsAndSaysWhenToComeAgain(TestRedis redis) {
    start(redis, Amounts.USER.with(Limit.PUBLICATIONS, 1));
    HttpCalls ann = node.user("ann", "publish:topic:*");
    Reply refused = awaitRefusal(ann);

    assertEquals(429, refused.status());
    assertTrue(refused.json().getBoolean("retryable"));
    assertTrue(refused.json().getLong("retryAfter") > 0);
    assertTrue(Long.parseLong(refused.header("retry-after")) >= 1);
    assertEquals(200, node.user("bob", "publish:topic:*").publish("topic:b", "e", "1").status());
    assertEquals(200, node.service().publish("topic:c", "e", "1").status());
    await().until(() -> ann.publish("topic:a", "e", "1").status() == 200);
  }

  private static Reply awaitRefusal(HttpCalls caller) {
    Reply[] last = new Reply[1];
    await().until(() -> (last[0] = caller.publish("topic:a", "e", "1")).status() != 200);
    return last[0];
  }

  @Test
  void aRateOfZeroLetsNothingThrough(TestRedis redis) {
    start(redis, Amounts.USER.with(Limit.PUBLICATIONS, 0));
    HttpCalls ann = node.user("ann", "publish:topic:*");

    assertEquals("rate_limited", ann.publish("topic:a", "e", "1").code());
    assertEquals(404, ann.get("/v1/sessions/none").status(), "other rates hold on their own");
  }

  /**
   * Redis keeps each name of a publisher for two hours. There was a bound for one channel, and none
   * for all channels together.
   */
  @Test
  void theFirstPublicationOfAPublishersNameCountsForTen(TestRedis redis) {
    start(redis, Amounts.USER.with(Limit.PUBLICATIONS, 20));
    HttpCalls ann = node.user("ann", "publish:topic:*");
    long begin = System.nanoTime();
    for (int i = 0; i < 5; i++) {
      String topic = "topic:named-" + i;
      await().until(() -> named(ann, topic, 1).status() == 200);
    }
    double seconds = (System.nanoTime() - begin) / 1e9;
    assertTrue(seconds > 1.2, "5 names at 20/s took " + seconds + " s");

    await().until(() -> named(ann, "topic:named-4", 2).status() == 200);
    assertEquals(200, named(ann, "topic:named-4", 3).status(), "the others count for one");
  }

  private static Reply named(HttpCalls caller, String topic, int n) {
    String one = "{\"channel\":\"%s\",\"event\":\"e\",\"data\":1,\"publisher\":\"p\",\"n\":%d}";
    return caller.post("/v1/publish", "{\"publications\":[" + one.formatted(topic, n) + "]}");
  }

  /** It is read more slowly instead. */
  @Test
  void aStreamOfPublicationsIsSlowedAndNotRefused(TestRedis redis) {
    start(redis, Amounts.USER.with(Limit.PUBLICATIONS, 100));
    StringBuilder lines = new StringBuilder();
    for (int n = 1; n <= 400; n++) {
      String line =
          "{\"channel\":\"topic:a\",\"event\":\"e\",\"data\":%d,\"publisher\":\"p\",\"n\":%d}";
      lines.append(line.formatted(n, n)).append('\n');
    }
    long begin = System.nanoTime();
    Reply reply =
        node.user("ann", "publish:topic:*")
            .with("content-type", "application/x-ndjson")
            .send("POST", "/v1/publish", lines.toString().getBytes());
    double seconds = (System.nanoTime() - begin) / 1e9;

    assertEquals(400, reply.json().getJsonObject("stream").getInteger("stored"), reply.body());
    assertTrue(seconds > 1, "took " + seconds);
  }

  /** Pages of 1 MiB, 500 a second, kept a node busy for as long as one user asked for them. */
  @Test
  void aLargeAnswerCountsAsManyRequests(TestRedis redis) {
    start(redis, Amounts.USER.with(Limit.REQUESTS, 10));
    String large = '"' + "x".repeat(32 << 10) + '"';
    for (int i = 0; i < 10; i++) {
      assertEquals(200, node.service().publish("topic:a", "e", large).status());
    }
    HttpCalls ann = node.user("ann", "subscribe:topic:*");
    String page = "/v1/channels/topic:a/publications";

    assertEquals(200, ann.get(page).status());
    Reply refused = ann.get(page);
    assertEquals(429, refused.status(), "20 requests' worth was answered");
    assertEquals("rate_limited", refused.code());
    await().until(() -> ann.get(page).status() == 200);
  }

  @Test
  void theTenantsLimitsAreShownAndSet(TestRedis redis) {
    start(redis, Amounts.USER);
    String bytes = "user.bytes";
    long before = node.service().get("/v1/limits").json().getJsonObject("limits").getLong(bytes);
    JsonObject set = patch("{\"user.bytes\":70000,\"tenant.sessions\":0}").json();
    assertEquals(70_000, set.getJsonObject("limits").getLong(bytes));
    assertEquals(0, set.getJsonObject("set").getLong("tenant.sessions"));
    assertEquals(set, node.service().get("/v1/limits").json());
    JsonObject back = patch("{\"user.bytes\":null,\"tenant.sessions\":null}").json();
    assertEquals(before, back.getJsonObject("limits").getLong(bytes));
    assertTrue(back.getJsonObject("set").isEmpty());
    for (String bad : new String[] {"-1", "1000000000001", "1e99", "\"x\"", "1.5", "[]"}) {
      Reply refused = patch("{\"user.publications\":" + bad + "}");
      assertEquals("bad_request", refused.code(), bad);
      assertTrue(refused.body().contains("publications"), refused.body());
    }
    assertEquals("bad_request", patch("{\"user.nonsense\":1}").code());
    assertTrue(node.service().get("/v1/limits").json().getJsonObject("set").isEmpty());
  }

  private Reply patch(String json) {
    return node.service()
        .with("content-type", "application/json")
        .send("PATCH", "/v1/limits", json.getBytes());
  }
}
