package dev.holdfast.gateway.http;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.gateway.config.GatewayConfig;
import dev.holdfast.limits.LimitsConfig;
import dev.holdfast.limits.NodeMemory;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A client has half a minute to read an answer, and within its rate a user could ask for 230 MB in
 * that time: more than the heap of a small node.
 */
@ExtendWith(RedisExtension.class)
class UnreadAnswersIT {
  private static final int ALL = 4 << 20;
  private static final int SESSIONS = 18;
  private static final int CLIENTS = 8;
  private static final String LIST = "/v1/sessions?limit=1000";

  private final List<SlowConsumer> slow = new ArrayList<>();
  private HttpFixture node;

  @AfterEach
  void stop() {
    slow.forEach(SlowConsumer::close);
    node.close();
  }

  @Test
  void whoReadsNoneOfItsAnswersHasItsPartOfTheNodesMemoryAndNoMore(TestRedis redis) {
    node =
        new HttpFixture(
            redis.uri(),
            GatewayConfig.DEFAULTS,
            LimitsConfig.DEFAULTS,
            registry -> NodeMemory.of(registry, 2 * ALL, 2 * ALL, ALL));
    HttpCalls ann = node.user("ann");
    String large = session();
    for (int i = 0; i < SESSIONS; i++) {
      assertEquals(201, ann.post("/v1/sessions", large).status());
    }

    for (int i = 0; i < CLIENTS; i++) {
      SlowConsumer client = new SlowConsumer(node.port(), request());
      slow.add(client);
      client.awaitHead();
    }
    assertTrue(kept() > 0 && kept() <= 2 * ALL / 4, "kept " + kept());
    HttpCalls.Reply refused = refused(ann);
    assertEquals(429, refused.status());
    assertTrue(Long.parseLong(refused.header("retry-after")) >= 1);
    granted(ann, "/v1/sessions?limit=1"); // what is small waits for nobody
    assertEquals(201, node.user("bob").post("/v1/sessions", large).status());
    assertEquals(200, node.service().get(LIST).status(), "the tenant has a larger part");

    slow.forEach(SlowConsumer::close);
    await().until(() -> kept() == 0);
    granted(ann, LIST);
  }

  /** Asks again if the rate refuses, which large answers use up. */
  private static HttpCalls.Reply refused(HttpCalls caller) {
    return await().until(() -> caller.get(LIST), is -> is.body().contains("wait to be read"));
  }

  private static void granted(HttpCalls caller, String path) {
    await(path).until(() -> caller.get(path).status() == 200);
  }

  /** Whose attributes take about as many bytes as they may. */
  private static String session() {
    String value = "x".repeat(980);
    return IntStream.range(0, 64)
        .mapToObj(i -> "\"a%d\":\"%s\"".formatted(i, value))
        .collect(Collectors.joining(",", "{\"attributes\":{", "}}"));
  }

  private String request() {
    return "GET %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n"
        .formatted(LIST, node.token("ann"));
  }

  private double kept() {
    return node.registry.get("holdfast.budget.bytes").tag("kind", "http-answers").gauge().value();
  }
}
