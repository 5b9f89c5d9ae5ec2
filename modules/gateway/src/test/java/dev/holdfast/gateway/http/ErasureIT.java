package dev.holdfast.gateway.http;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.Ids;
import dev.holdfast.gateway.http.HttpCalls.Reply;
import dev.holdfast.testkit.OwnRedis;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What is under way while its user or tenant is erased writes nothing afterwards. */
@ExtendWith(RedisExtension.class)
class ErasureIT {
  private static final String CHUNK =
      "{\"type\":\"TEXT_MESSAGE_CHUNK\",\"messageId\":\"m1\",\"role\":\"assistant\","
          + "\"delta\":\"secret\"}";

  private TestRedis redis;
  private HttpFixture node;

  @BeforeEach
  void start(@OwnRedis TestRedis server) {
    redis = server;
    node = new HttpFixture(server.uri());
  }

  @AfterEach
  void stop() {
    node.close();
  }

  /** Its worker's next events made the erased run's log anew, for three days. */
  @Test
  void aRunUnderWayIsNotWrittenToAgainAfterItsUserIsErased() {
    refusesItsWorkerAfter("&user=ann&confirm=ann");
  }

  @Test
  void norAfterItsTenantIs() {
    refusesItsWorkerAfter("&confirm=" + node.tenant);
  }

  private void refusesItsWorkerAfter(String query) {
    HttpCalls worker = node.user("svc", "service:agents", "work:*");
    String agent = "a" + Ids.fresh();
    String input = "{\"threadId\":\"th\",\"runId\":\"r1\",\"messages\":[],\"state\":{}}";
    String body = "{\"agent\":\"%s\",\"input\":%s}".formatted(agent, input);
    JsonObject run = node.user("ann", "run:*").post("/v1/runs", body).json();
    String work = "/v1/work/" + agent;
    JsonObject claim = worker.post(work + "/claim", "{\"worker\":\"w1\"}").json();
    String path = work + "/runs/" + run.getString("run") + "/";
    long generation = claim.getLong("generation");
    String begun = "{\"type\":\"RUN_STARTED\",\"threadId\":\"th\",\"runId\":\"r1\"}";
    Reply taken =
        worker.post(path + "events", batch(generation, claim.getLong("next"), begun, CHUNK));
    assertEquals(200, taken.status(), taken.body());

    JsonObject erased = erase(query);
    assertEquals(1, erased.getInteger("runs"), erased.encode());

    long next = taken.json().getLong("next");
    Reply late = worker.post(path + "events", batch(generation, next, CHUNK));
    assertEquals("fenced", late.code(), late.body());
    late = worker.post(path + "events", batch(generation, next, CHUNK));
    assertEquals("not_found", late.code(), late.body());
    late = worker.post(path + "beat", "{\"generation\":" + generation + "}");
    assertEquals("not_found", late.code(), late.body());
    assertEquals(List.of(), left(run.getString("run")));
    await("all passes").until(() -> erase(query).getInteger("keys") == 0);
    assertEquals(List.of(), left(run.getString("run")));
  }

  private JsonObject erase(String query) {
    Reply step = node.service().delete("/v1/usage?tenant=" + node.tenant + query);
    assertEquals(200, step.status(), step.body());
    assertTrue(step.json().getString("next") == null, step.body());
    return step.json();
  }

  /** Keys that name the run, but for those that keep its worker out. */
  private List<String> left(String run) {
    return redis
        .text("KEYS", "*" + run + "*")
        .lines()
        .filter(key -> !key.startsWith("hf:pub:") || !redis.text("HKEYS", key).equals("g"))
        .toList();
  }

  private static String batch(long generation, long n, String... events) {
    return "{\"generation\":%d,\"n\":%d,\"events\":[%s]}"
        .formatted(generation, n, String.join(",", events));
  }
}
