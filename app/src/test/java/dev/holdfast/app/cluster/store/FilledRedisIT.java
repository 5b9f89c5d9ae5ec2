package dev.holdfast.app.cluster.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.app.cluster.RedisKeys;
import dev.holdfast.core.Ids;
import dev.holdfast.testkit.ClusterExtension;
import dev.holdfast.testkit.ClusterOptions;
import dev.holdfast.testkit.Repeatedly;
import dev.holdfast.testkit.TestCluster;
import dev.holdfast.testkit.TestNode;
import dev.holdfast.testkit.client.ManualClient;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * One user filled Redis by any of seven doors, some of which take no permission: every node lost
 * its lease, and nobody could come or come back until its keys were deleted by hand.
 */
@ExtendWith(ClusterExtension.class)
class FilledRedisIT {
  private static final long LIMIT = 128 << 20;
  private static final Map<String, String> CLIENT = Map.of("name", "test", "version", "1");
  private static final Pattern USED = Pattern.compile("used_memory:(\\d+)");
  private static final String FILL =
      "for i = 1, 128 do redis.call('DEL', KEYS[1] .. i) end "
          + "for i = 1, ARGV[1] do redis.call('SETRANGE', KEYS[1] .. i, 1048000, 'x') end";
  private static final int FULL = 507;

  private final String attacked = "a-" + Ids.fresh();
  private final String tenant = "t-" + Ids.fresh();
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @Repeatedly
  void noDoorLeadsIntoTheReserveAndSessionsAreResumedWhereEvenThatIsFull() throws Exception {
    var options = ClusterOptions.of(2).with("lease.lease", "3s").with("gateway.heartbeat", "60s");
    try (var cluster = TestCluster.start(options);
        var redis = RedisKeys.of(cluster)) {
      redis.send("CONFIG", "SET", "maxmemory", LIMIT);
      redis.send("EVAL", FILL, 1, "filler", (LIMIT >> 20) * 82 / 100);
      ManualClient bystander = cluster.clients().manual(cluster.node(1).url());
      String session = hello(cluster, bystander, null).get("session").asText();
      ManualClient greedy = cluster.clients().manual(cluster.node(1).url());
      greet(cluster, greedy, attacked, "eve", null);
      greedy.await("welcome");
      String token = cluster.token(attacked, "eve");

      fill(cluster.node(1), token);
      assertTrue(used(redis) < LIMIT / 100 * 97, () -> used(redis) + " of " + LIMIT);
      redis.send("EVAL", FILL, 1, "more", (LIMIT >> 20) * 2 / 100);
      awaitRefusing(cluster.node(1));
      awaitRefusing(cluster.node(2));
      assertNoDoorIsOpen(cluster, token, greedy);
      assertEquals(0, redis.send("KEYS", "hf:*{" + attacked + "/topic:x}*").size());
      bystander.close();
      assertResumed(cluster, session);

      redis.send("CONFIG", "SET", "maxmemory", 1);
      cluster.node(1).restart(); // until it is ready; the other has to bury it
      Awaitility.await("ready").until(() -> cluster.node(2).isReady());
      assertResumed(cluster, session);

      redis.send("CONFIG", "SET", "maxmemory", LIMIT);
      redis.send("EVAL", FILL, 1, "filler", 0);
      redis.send("EVAL", FILL, 1, "more", 0);
      Awaitility.await("there is room again")
          .atMost(30, TimeUnit.SECONDS)
          .until(() -> publish(cluster.node(2), token, "topic:x", "tiny") == 200);
    }
  }

  /** By HTTP, on a connection that is there, and on a new one. */
  private void assertNoDoorIsOpen(TestCluster cluster, String token, ManualClient greedy)
      throws Exception {
    assertEquals(FULL, publish(cluster.node(2), token, "topic:" + Ids.fresh(), "tiny"));
    assertEquals(FULL, session(cluster.node(2), token));
    assertEquals(503, stream(cluster.node(2), token));
    assertRefused(greedy, "publish", "topic:x", Map.of("event", "e", "n", 1, "data", 1));
    assertRefused(greedy, "subscribe", "topic:x", Map.of());
    ManualClient fresh = cluster.clients().manual(cluster.node(2).url());
    greet(cluster, fresh, attacked, "eve", null);
    assertEquals(4004, fresh.awaitClose().code());
  }

  /** By the widest door, at what a busy attacker gets through; until it is refused. */
  private void fill(TestNode node, String token) throws Exception {
    String data = "x".repeat(60_000);
    int status = 200;
    for (int i = 0; i < 1_000 && status == 200; i++) {
      status = publish(node, token, "topic:" + i, data);
    }
    assertEquals(FULL, status);
  }

  /** Each link looks for itself, and that one refuses says nothing of the next. */
  private static void awaitRefusing(TestNode node) {
    Awaitility.await("every link of " + node.id() + " refuses")
        .atMost(30, TimeUnit.SECONDS)
        .until(
            () ->
                node.metrics().samples().stream()
                    .filter(sample -> sample.name().equals("holdfast_redis_refusing"))
                    .allMatch(sample -> sample.value() == 1));
  }

  private int publish(TestNode node, String token, String channel, String data) throws Exception {
    var publication = new JsonObject().put("channel", channel).put("event", "e").put("data", data);
    var body = new JsonObject().put("publications", new JsonArray().add(publication));
    HttpResponse<String> answer = post(node.http("/v1/publish"), token, body.encode());
    if (answer.statusCode() == FULL) {
      assertTrue(answer.headers().firstValue("retry-after").isPresent(), "when to come back");
    }
    return answer.statusCode();
  }

  private int session(TestNode node, String token) throws Exception {
    return post(node.http("/v1/sessions"), token, "{}").statusCode();
  }

  private int stream(TestNode node, String token) throws Exception {
    HttpRequest.Builder ask = ask(node.http("/v1/events?channels=topic:x"), token);
    return http.send(ask.GET().build(), BodyHandlers.ofString()).statusCode();
  }

  private HttpResponse<String> post(URI uri, String token, String body)
      throws IOException, InterruptedException {
    HttpRequest request =
        ask(uri, token)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body))
            .build();
    return http.send(request, BodyHandlers.ofString());
  }

  private static HttpRequest.Builder ask(URI uri, String token) {
    return HttpRequest.newBuilder(uri).header("Authorization", "Bearer " + token);
  }

  private static void assertRefused(
      ManualClient client, String type, String channel, Map<String, Object> more) {
    String id = Ids.fresh();
    Map<String, Object> members = new HashMap<>(more);
    members.put("id", id);
    members.put("channel", channel);
    client.send(type, members);
    ObjectNode answer = client.awaitAnswer(id);
    assertEquals("store_full", answer.path("code").asText(), answer::toString);
    assertTrue(answer.path("retryAfter").asLong() > 0, answer::toString);
  }

  private void assertResumed(TestCluster cluster, String session) {
    ManualClient client = cluster.clients().manual(cluster.node(2).url());
    assertTrue(hello(cluster, client, session).get("resumed").asBoolean());
    client.await("live", "tenant");
    client.close();
  }

  private ObjectNode hello(TestCluster cluster, ManualClient client, String resume) {
    greet(cluster, client, tenant, "ann", resume);
    return client.await("welcome");
  }

  private static void greet(
      TestCluster cluster, ManualClient client, String tenant, String user, String resume) {
    Map<String, Object> hello = new HashMap<>();
    hello.put("token", cluster.token(tenant, user));
    hello.put("client", CLIENT);
    if (resume != null) {
      hello.put("resume", resume);
    }
    client.send("hello", hello);
  }

  private static long used(RedisKeys redis) {
    Matcher used = USED.matcher(redis.send("INFO", "memory").asText());
    return used.find() ? Long.parseLong(used.group(1)) : 0;
  }
}
