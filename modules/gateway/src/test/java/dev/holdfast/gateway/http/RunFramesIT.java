package dev.holdfast.gateway.http;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.Ids;
import dev.holdfast.core.ServiceReply;
import dev.holdfast.core.ServiceRequest;
import dev.holdfast.gateway.GatewayFixture;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import dev.holdfast.testkit.client.ManualClient;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.util.List;
import java.util.Map;
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
