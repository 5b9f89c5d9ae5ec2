package dev.holdfast.gateway.http;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.Ids;
import dev.holdfast.core.ServiceReply;
import dev.holdfast.core.ServiceRequest;
import dev.holdfast.gateway.GatewayFixture;
import dev.holdfast.testkit.OwnRedis;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import dev.holdfast.testkit.client.ManualClient;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Runs and threads asked for by frames. */
@ExtendWith(RedisExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RunFramesIT {
  private HttpFixture node;

  @BeforeAll
  void start(TestRedis redis) {
    node = new HttpFixture(redis.uri());
  }

  @AfterAll
  void stop() {
    node.close();
  }

  @Test
  void theSameIsAskedByFrames() {
    String agent = "a" + Ids.fresh();
    String token = node.token("fay", "run:" + agent, "request:runs");
    ManualClient client = connected(token);
    String input = "{\"threadId\":\"th\",\"runId\":\"r1\",\"messages\":[]}";
    String start = "{\"agent\":\"" + agent + "\",\"input\":" + input + "}";
    JsonObject run = asked(client, "start", start);
    String id = "{\"run\":\"" + run.getString("run") + "\"}";
    assertEquals(run, asked(client, "start", start), "once");
    assertEquals("queued", asked(client, "get", id).getString("state"));
    HttpWorker.claim(node, agent).begins().says("Hello").finishes();
    await("it ends").until(() -> asked(client, "get", id).getString("state").equals("ended"));
    assertEquals("success", asked(client, "cancel", id).getString("outcome"), "it is over");

    HttpCalls fay = node.as(token);
    String named = "{\"thread\":\"th\",\"title\":\"A talk\"}";
    assertEquals("A talk", asked(client, "name", named).getString("title"));
    String th = "{\"thread\":\"th\"}";
    assertEquals(fay.get("/v1/threads/th").json(), asked(client, "thread", th));
    assertEquals(fay.get("/v1/threads").json(), asked(client, "threads", "{}"));
    assertEquals(fay.get("/v1/threads/th/messages").json(), asked(client, "messages", th));
    assertEquals(fay.get("/v1/threads/th/runs").json(), asked(client, "runs", th));
    assertEquals(fay.get("/v1/agents").json(), asked(client, "agents", "{}"));
    assertEquals(new JsonObject(), asked(client, "delete", th));
    for (String bad : List.of("1", "{}", "{\"x\":1}", "{\"run\":\"a b\"}")) {
      assertEquals("bad_request", answer(client, "get", bad).getString("code"), bad);
    }
    assertEquals("not_found", answer(client, "thread", th).getString("code"));
    assertEquals("not_found", answer(client, "none", "{}").getString("code"));
    client.close();
  }

  private ManualClient connected(String token) {
    ManualClient client =
        node.clients.manual(URI.create("ws://127.0.0.1:" + node.port() + "/v1/connect"));
    GatewayFixture.sayHello(client, token, Map.of());
    client.await("welcome");
    return client;
  }

  /** A client that did not read had a node keep its answers, each of 1 MiB and more. */
  @Test
  void aPageOfMessagesIsSmallByFrames() {
    String agent = "a" + Ids.fresh();
    String token = node.token("gil", "run:" + agent, "request:runs");
    JsonArray said = new JsonArray();
    for (int kib : List.of(65, 40, 30)) {
      JsonObject one = new JsonObject().put("id", "u" + kib).put("role", "user");
      said.add(one.put("content", "x".repeat(kib << 10)));
    }
    JsonObject input = new JsonObject().put("threadId", "th").put("runId", "r1");
    JsonObject start =
        new JsonObject().put("agent", agent).put("input", input.put("messages", said));
    HttpCalls gil = node.as(token);
    String path = "/v1/runs/" + gil.post("/v1/runs", start.encode()).json().getString("run");
    HttpWorker.claim(node, agent).begins().says("Hello").finishes();
    await("it ends").until(() -> gil.get(path).json().getString("state").equals("ended"));

    ManualClient client = connected(token);
    JsonObject last = asked(client, "messages", "{\"thread\":\"th\"}");
    assertEquals(List.of("u30", "m1"), ids(last.getJsonArray("messages")));
    assertEquals("u30", last.getString("next"));
    String before = "{\"thread\":\"th\",\"before\":\"%s\"}";
    JsonObject next = asked(client, "messages", before.formatted("u30"));
    assertEquals(List.of("u40"), ids(next.getJsonArray("messages")));
    JsonObject refused = answer(client, "messages", before.formatted("u40"));
    assertEquals("too_large", refused.getString("code"));
    assertTrue(refused.getString("message").contains("HTTP"), refused.encode());
    JsonObject large = gil.get("/v1/threads/th/messages?before=u40").json();
    assertEquals(List.of("u65"), ids(large.getJsonArray("messages")));
    client.close();
  }

  @Test
  void aSessionFollowsTheRunThatItStarts() {
    String agent = "a" + Ids.fresh();
    ManualClient client = connected(node.token("ida", "run:" + agent, "request:runs"));
    String input = "{\"threadId\":\"th\",\"runId\":\"r1\",\"messages\":[]}";
    String start = "{\"agent\":\"" + agent + "\",\"follow\":true,\"input\":" + input + "}";
    String channel = asked(client, "start", start).getString("channel");
    HttpWorker.claim(node, agent).begins().says("Hello").finishes();
    for (int seq = 1; seq <= 3; seq++) {
      assertEquals(seq, client.await("event", channel).get("seq").asLong());
    }
    client.close();
    ManualClient late = connected(node.token("ida", "run:" + agent, "request:runs"));
    JsonObject again = asked(late, "start", start);
    assertEquals(channel, again.getString("channel"));
    assertTrue(again.getBoolean("followed"));
    assertEquals(1, late.await("event", channel).get("seq").asLong(), "all that there is");
    late.close();
  }

  /** A run was started each time, and each time the client was told that there was none. */
  @Test
  void aStartIsAnsweredThoughItsSessionCanFollowNoMoreRuns() {
    String agent = "a" + Ids.fresh();
    ManualClient client =
        node.clients.manual(URI.create("ws://127.0.0.1:" + node.port() + "/v1/connect"));
    GatewayFixture.sayHello(client, node.token("lea", "run:" + agent, "request:runs"), Map.of());
    String session = client.await("welcome").get("session").asText();
    String topics = "/v1/sessions/" + session + "/subscriptions/topic:";
    HttpCalls service = node.service();
    int most = 0;
    while (service.put(topics + most, "").status() == 204) {
      most++;
    }
    String input = "{\"threadId\":\"th\",\"runId\":\"r1\",\"messages\":[]}";
    String start = "{\"agent\":\"" + agent + "\",\"follow\":true,\"input\":" + input + "}";
    JsonObject run = asked(client, "start", start);
    assertEquals(false, run.getBoolean("followed"));
    assertEquals("queued", run.getString("state"));
    assertEquals(204, service.delete(topics + (most - 1)).status());
    assertTrue(asked(client, "start", start).getBoolean("followed"));
    client.close();
  }

  /** A service gave them, so that the user's limit did not count. */
  @Test
  void aUserFollowsAsManyRunsAsItMayReadChannels() {
    String tenant = "follow" + node.tenant;
    HttpCalls operator = node.service().with("content-type", "application/json");
    byte[] few = "{\"user.subscriptions\":1}".getBytes();
    assertEquals(200, operator.send("PATCH", "/v1/limits?tenant=" + tenant, few).status());
    ManualClient client = connected(HttpFixture.tokenOf(tenant, "ann", "run:a", "request:runs"));
    String start =
        "{\"agent\":\"a\",\"follow\":true,\"input\":{\"threadId\":\"%s\",\"runId\":\"r1\",\"messages\":[]}}";
    assertTrue(asked(client, "start", start.formatted("first")).getBoolean("followed"));
    await("the limit is in force")
        .until(() -> !asked(client, "start", start.formatted("first")).getBoolean("followed"));
    assertFalse(asked(client, "start", start.formatted("last")).getBoolean("followed"));
    client.close();
  }

  @Test
  void aStartIsAnsweredThoughRedisHasNoRoomToNoteWhoFollows(@OwnRedis TestRedis redis) {
    try (var own = new HttpFixture(redis.uri())) {
      ManualClient client =
          own.clients.manual(URI.create("ws://127.0.0.1:" + own.port() + "/v1/connect"));
      GatewayFixture.sayHello(client, own.token("ann", "run:a", "request:runs"), Map.of());
      client.await("welcome");
      String start =
          "{\"agent\":\"a\",\"follow\":%s,\"input\":{\"threadId\":\"%s\",\"runId\":\"r1\",\"messages\":[]}}";
      String run = asked(client, "start", start.formatted(false, "t")).getString("run");
      redis.call("SETRANGE", "filled", "20000000", "x");
      String memory = redis.call("INFO", "memory").toString();
      long used = Long.parseLong(memory.replaceAll("(?s).*used_memory:([0-9]+).*", "$1"));
      redis.call("CONFIG", "SET", "maxmemory", String.valueOf(used / 100 * 102));
      await("all have seen it")
          .until(
              () ->
                  own.registry.get("holdfast.redis.refusing").gauges().stream()
                      .allMatch(refuses -> refuses.value() == 1));
      JsonObject again = asked(client, "start", start.formatted(true, "t"));
      assertEquals(run, again.getString("run"));
      assertFalse(again.getBoolean("followed"));
      client.close();
    }
  }

  /** It is the stream of {@code readRunEvents}. */
  @Test
  void aStartOverHttpIsAnsweredByTheRunsEvents() throws Exception {
    String agent = "a" + Ids.fresh();
    HttpCalls jon = node.user("jon", "run:" + agent);
    String input = "{\"threadId\":\"th\",\"runId\":\"%s\",\"messages\":[]}";
    String start =
        "{\"agent\":\"" + agent + "\",\"busy\":\"%s\",\"follow\":true,\"input\":" + input + "}";
    var first =
        CompletableFuture.supplyAsync(() -> jon.post("/v1/runs", start.formatted("reject", "r1")));
    HttpWorker worker = HttpWorker.claim(node, agent).begins();
    assertEquals("conflict", jon.post("/v1/runs", start.formatted("reject", "r2")).code());
    assertEquals("bad_request", jon.post("/v1/runs", start.formatted("later", "r2")).code());
    var second =
        CompletableFuture.supplyAsync(() -> jon.post("/v1/runs", start.formatted("enqueue", "r2")));
    worker.says("Hello").finishes();
    HttpWorker.claim(node, agent).begins().says("Again").finishes();
    HttpCalls.Reply reply = first.get(30, TimeUnit.SECONDS);
    assertTrue(reply.header("content-type").startsWith("text/event-stream"));
    assertTrue(
        reply.body().contains("Hello") && reply.body().contains("RUN_FINISHED"), reply.body());
    assertTrue(second.get(30, TimeUnit.SECONDS).body().contains("Again"));
    String service = start.formatted("reject", "r3").replaceFirst("}$", ",\"user\":\"jon\"}");
    HttpCalls svc = node.user("svc", "service:agents", "run:*");
    assertEquals("bad_request", svc.post("/v1/runs", service).code());
  }

  /** 256 of them had 0.8 MiB in one frame. */
  @Test
  void aPageOfAgentsIsSmallByFrames() {
    String begin = "p" + Ids.fresh();
    HttpCalls desk = node.user("svc", "service:desk", "agents:*");
    String put = "{\"description\":\"" + "é".repeat(1_024) + "\"}";
    for (int i = 10; i < 40; i++) {
      assertEquals(200, desk.put("/v1/agents/" + begin + i, put).status());
    }
    String token = node.token("hal", "run:" + begin + "*", "request:runs");
    ManualClient client = connected(token);
    JsonArray read = new JsonArray();
    int pages = 0;
    for (String after = ""; after != null; pages++) {
      JsonObject page = asked(client, "agents", "{\"after\":\"" + after + "\"}");
      assertTrue(page.encode().getBytes(StandardCharsets.UTF_8).length <= 64 << 10);
      read.addAll(page.getJsonArray("agents"));
      after = page.getString("next");
    }
    assertEquals(node.as(token).get("/v1/agents").json().getJsonArray("agents"), read);
    assertEquals(30, read.size());
    assertEquals(2, pages);
    assertEquals("bad_request", answer(client, "agents", "{\"after\":\"a b\"}").getString("code"));
    client.close();
  }

  /** A hundred threads had 1 MiB and more in one frame. */
  @Test
  void aPageOfThreadsIsSmallByFrames() {
    String agent = "a" + Ids.fresh();
    String token = node.token("kim", "run:" + agent, "request:runs");
    HttpCalls kim = node.as(token);
    JsonArray asked = new JsonArray();
    for (int i = 10; i < 26; i++) {
      asked.add(new JsonObject().put("id", "é".repeat(254) + i).put("reason", "x"));
    }
    JsonObject outcome = new JsonObject().put("type", "interrupt").put("interrupts", asked);
    for (int i = 10; i < 20; i++) {
      String input = "{\"threadId\":\"t" + i + "\",\"runId\":\"r\",\"messages\":[]}";
      kim.post("/v1/runs", "{\"agent\":\"" + agent + "\",\"input\":" + input + "}");
      JsonObject end = new JsonObject().put("type", "RUN_FINISHED").put("runId", "r");
      HttpWorker.claim(node, agent)
          .begins()
          .sends(end.put("threadId", "t" + i).put("outcome", outcome));
    }
    ManualClient client = connected(token);
    JsonArray read = new JsonArray();
    int pages = 0;
    for (String after = ""; after != null; pages++) {
      JsonObject page = asked(client, "threads", "{\"after\":\"" + after + "\"}");
      assertTrue(page.encode().getBytes(StandardCharsets.UTF_8).length <= 64 << 10);
      read.addAll(page.getJsonArray("threads"));
      after = page.getString("next");
    }
    assertEquals(2, pages);
    assertEquals(kim.get("/v1/threads").json().getJsonArray("threads"), read);
    assertEquals(16, read.getJsonObject(0).getJsonArray("asked").size());
    client.close();
  }

  /** As over HTTP. */
  @Test
  void aLargeAnswerByFramesCountsAsManyRequests() {
    String service = "s" + Ids.fresh();
    ServiceReply large = new ServiceReply("\"" + "x".repeat(512 << 10) + "\"");
    HttpFixture.get(
        node.bus
            .serve(ServiceRequest.address(service), request -> Future.succeededFuture(large))
            .completion());
    String tenant = "large" + node.tenant;
    HttpCalls operator = node.service().with("content-type", "application/json");
    byte[] few = "{\"user.requests\":10}".getBytes();
    assertEquals(200, operator.send("PATCH", "/v1/limits?tenant=" + tenant, few).status());
    String token = HttpFixture.tokenOf(tenant, "ann", "request:" + service);
    ManualClient client = connected(token);
    HttpCalls same = node.as(token);
    await("the debt of 32 requests")
        .until(
            () -> {
              assertEquals("reply", answer(client, service, "m", "1").getString("type"));
              return same.get("/v1/threads").status() == 429;
            });
    client.close();
  }

  private static JsonObject asked(ManualClient client, String method, String data) {
    JsonObject answer = answer(client, method, data);
    assertEquals("reply", answer.getString("type"), answer.encode());
    return answer.getJsonObject("data");
  }

  private static JsonObject answer(ManualClient client, String method, String data) {
    return answer(client, "runs", method, data);
  }

  private static JsonObject answer(
      ManualClient client, String service, String method, String data) {
    String id = Ids.fresh();
    client.send(
        "{\"type\":\"request\",\"id\":\"%s\",\"service\":\"%s\",\"method\":\"%s\",\"data\":%s}"
            .formatted(id, service, method, data));
    return new JsonObject(client.awaitAnswer(id).toString());
  }

  private static List<String> ids(JsonArray messages) {
    return messages.stream().map(one -> ((JsonObject) one).getString("id")).toList();
  }
}
