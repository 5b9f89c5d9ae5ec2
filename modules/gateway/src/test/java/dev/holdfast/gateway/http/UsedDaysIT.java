package dev.holdfast.gateway.http;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.Ids;
import dev.holdfast.gateway.GatewayFixture;
import dev.holdfast.gateway.http.HttpCalls.Reply;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import dev.holdfast.testkit.client.ManualClient;
import io.micrometer.core.instrument.Counter;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What tenants used at a node that has stopped in good order is what another node reports. */
@ExtendWith(RedisExtension.class)
class UsedDaysIT {
  private final String tenant = "t" + Ids.fresh();

  @Test
  void whatATenantUsedIsOfItsDayAndOfNoOtherTenant(TestRedis redis) {
    String running;
    try (var node = new HttpFixture(redis.uri())) {
      URI at = URI.create("ws://127.0.0.1:" + node.port() + "/v1/connect");
      ManualClient ann = node.clients.manual(at);
      ManualClient bob = node.clients.manual(at);
      String permission = "publish:*";
      GatewayFixture.sayHello(ann, HttpFixture.tokenOf(tenant, "ann", permission), Map.of());
      ann.await("welcome");
      GatewayFixture.sayHello(bob, HttpFixture.tokenOf(tenant, "bob"), Map.of());
      bob.await("welcome");
      Map<String, Object> one =
          Map.of("id", "1", "channel", "topic:a", "event", "e", "n", 1, "data", "x".repeat(98));
      ann.send("publish", one);
      assertEquals("reply", ann.awaitAnswer("1").path("type").asText());
      String service = HttpFixture.tokenOf(tenant, "svc", "service:desk", permission);
      Reply published = node.as(service).publish("topic:a", "e", "[1]");
      assertEquals(200, published.status(), published.body());
      running = node.tenant;
      run(node);
    }

    try (var other = new HttpFixture(redis.uri())) {
      JsonArray days = days(other, tenant, 2); // it may be midnight
      assertFalse(days.isEmpty());
      assertEquals(2, of(days, "connects").sum());
      assertEquals(2, of(days, "connections").max().orElseThrow());
      assertEquals(2, of(days, "publications").sum());
      assertEquals(103, of(days, "publishedBytes").sum());
      assertTrue(of(days, "bytesIn").sum() > 100, days.encode());
      assertTrue(of(days, "bytesOut").sum() > 100, days.encode());
      assertEquals(0, of(days, "runs").sum());
      assertEquals(1, of(days(other, running, 2), "runs").sum());
      assertEquals(37, of(days(other, running, 2), "tokens").sum());
      assertEquals(new JsonArray(), days(other, "o" + tenant, 90));
      assertEquals(400, other.service().get("/v1/tenants/x/usage?days=91").status());
      assertEquals(400, other.service().get("/v1/tenants/x/usage?days=0").status());
    }
  }

  private static void run(HttpFixture node) {
    String input = "{\"threadId\":\"th\",\"runId\":\"r\",\"messages\":[]}";
    String start = "{\"agent\":\"counter\",\"input\":" + input + "}";
    assertEquals(200, node.user("ann", "run:*").post("/v1/runs", start).status());
    JsonObject tokens = new JsonObject().put("inputTokens", 30).put("outputTokens", 7);
    HttpWorker.claim(node, "counter")
        .begins()
        .sends(
            new JsonObject()
                .put("type", "RUN_FINISHED")
                .put("threadId", "th")
                .put("runId", "r")
                .put("usage", new JsonArray().add(tokens)));
    await("it is counted").until(() -> ended(node) == 1);
  }

  private static double ended(HttpFixture node) {
    Counter counter = node.registry.find("holdfast.runs.ended").counter();
    return counter == null ? 0 : counter.count();
  }

  private static IntStream of(JsonArray days, String name) {
    return days.stream().mapToInt(day -> ((JsonObject) day).getInteger(name, 0));
  }

  private static JsonArray days(HttpFixture node, String tenant, int count) {
    Reply reply = node.service().get("/v1/tenants/" + tenant + "/usage?days=" + count);
    assertEquals(200, reply.status(), reply.body());
    return reply.json().getJsonArray("days");
  }
}
