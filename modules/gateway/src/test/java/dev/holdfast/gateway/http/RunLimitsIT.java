package dev.holdfast.gateway.http;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.Ids;
import dev.holdfast.gateway.http.HttpCalls.Reply;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** An operator's limits of a tenant's runs, while nodes run. */
@ExtendWith(RedisExtension.class)
class RunLimitsIT {
  private final String tenant = "t" + Ids.fresh();

  private Reply set(HttpFixture node, String limits) {
    HttpCalls operator = node.service().with("content-type", "application/json");
    return operator.send("PATCH", "/v1/limits?tenant=" + tenant, limits.getBytes());
  }

  private static Reply start(HttpCalls user, String thread) {
    String input = "{\"threadId\":\"" + thread + "\",\"runId\":\"r\",\"messages\":[]}";
    return user.post("/v1/runs", "{\"agent\":\"any\",\"input\":" + input + "}");
  }

  @Test
  void aTenantsRunsAreLimitedAndSetFreeWhileNodesRun(TestRedis redis) {
    try (var node = new HttpFixture(redis.uri())) {
      JsonObject now = set(node, "{\"runs.userRuns\":1,\"runs.userTokensPerDay\":100}").json();
      assertEquals(1, now.getJsonObject("limits").getLong("runs.userRuns"));
      assertEquals(200, now.getJsonObject("limits").getLong("runs.tenantRuns"), "as configured");
      assertEquals(2, now.getJsonObject("set").size());
      HttpCalls ann = node.as(HttpFixture.tokenOf(tenant, "ann", "run:*"));
      HttpCalls other = node.as(HttpFixture.tokenOf("o" + tenant, "ann", "run:*"));
      assertEquals(200, start(ann, "one").status());
      assertEquals("limit_exceeded", start(ann, "two").code());
      assertEquals(200, start(other, "one").status());
      assertEquals(200, start(other, "two").status(), "another tenant");

      JsonObject free = set(node, "{\"runs.userRuns\":null}").json();
      assertNull(free.getJsonObject("set").getLong("runs.userRuns"));
      await("it is followed").until(() -> start(ann, "two").status() == 200);
      assertEquals(200, set(node, "{\"runs.tenantRuns\":0}").status());
      await("followed, too")
          .until(() -> "limit_exceeded".equals(start(ann, "n" + Ids.fresh()).code()));

      for (String bad : new String[] {"runs.userRuns\":-1", "runs.queued\":1", "runs.x\":1"}) {
        Reply refused = set(node, "{\"" + bad + "}");
        assertEquals(400, refused.status(), bad);
        assertEquals("bad_request", refused.code());
      }
    }
  }

  /** Each start of it is answered, by name, and takes no place of anybody else's. */
  @Test
  void aFloodOfStartsIsRefusedByNameAndOthersStart(TestRedis redis) {
    try (var node = new HttpFixture(redis.uri())) {
      HttpCalls ann = node.as(HttpFixture.tokenOf(tenant, "ann", "run:*"));
      HttpCalls bob = node.as(HttpFixture.tokenOf(tenant, "bob", "run:*"));
      HttpCalls other = node.as(HttpFixture.tokenOf("o" + tenant, "ann", "run:*"));
      List<Reply> answers =
          IntStream.range(0, 160)
              .parallel()
              .mapToObj(n -> n == 80 ? start(bob, "b") : start(ann, "flood" + n))
              .toList();
      assertEquals(200, answers.get(80).status(), "another user, in the middle of it");
      assertEquals(200, start(other, "o").status(), "another tenant");
      assertEquals(6, answers.stream().filter(answer -> answer.status() == 200).count());
      Set<String> refusals =
          answers.stream()
              .filter(answer -> answer.status() != 200)
              .map(Reply::code)
              .collect(Collectors.toSet());
      assertTrue(Set.of("limit_exceeded", "rate_limited").containsAll(refusals), refusals + "");
    }
  }
}
