package dev.holdfast.gateway.http;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.holdfast.core.Ids;
import dev.holdfast.gateway.GatewayFixture;
import dev.holdfast.gateway.http.HttpCalls.Reply;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import dev.holdfast.testkit.client.ManualClient;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** What is said to runs over HTTP and by frames, and what workers over HTTP hear of it. */
@ExtendWith(RedisExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class InboxHttpIT {
  private HttpFixture node;

  @BeforeAll
  void start(TestRedis redis) {
    node = new HttpFixture(redis.uri());
  }

  @AfterAll
  void stop() {
    node.close();
  }

  static String messages(String... ids) {
    return "{\"messages\":%s}"
        .formatted(all("{\"id\":\"%s\",\"role\":\"user\",\"content\":\"And?\"}", ids));
  }

  static String answers(String status, String... ids) {
    String one = "{\"id\":\"%s\",\"status\":\"" + status + "\",\"payload\":1.50}";
    return "{\"answers\":%s}".formatted(all(one, ids));
  }

  private static String all(String form, String... ids) {
    return Stream.of(ids).map(form::formatted).collect(Collectors.joining(",", "[", "]"));
  }

  /** Sees each answer that is documented; bob may not know of the run. */
  static void isTakenOrRefusedByName(HttpCalls ann, HttpCalls bob, HttpCalls service, String run) {
    for (String what : List.of("/messages", "/answers")) {
      String one = what.equals("/messages") ? messages("m1") : answers("resolved", "m1");
      Reply said = ann.post(run + what, one);
      assertEquals("queued", said.json().getString("state"), said.body());
      assertEquals(200, service.post(run + what, one).status(), "again");
      String other = one.replace("And?", "Else?").replace("resolved", "cancelled");
      assertEquals("conflict", ann.post(run + what, other).code());
      assertEquals("not_found", bob.post(run + what, one).code());
      assertEquals("bad_request", ann.post(run + what, "{}").code());
      assertEquals("bad_request", ann.post(run + what, one.replace("m1", "")).code());
    }
    for (int i = 0; i < 62; i++) {
      String fresh = answers("resolved", "q" + i);
      assertEquals(200, ann.post(run + "/answers", fresh).status());
    }
    String more = answers("resolved", "q62");
    assertEquals("limit_exceeded", ann.post(run + "/answers", more).code());
    assertEquals("limit_exceeded", ann.post(run + "/messages", messages("m2")).code());
  }

  /** A run of a user, and the worker that has it. */
  private final class Held {
    final String agent = "a" + Ids.fresh();
    final HttpCalls owner = node.user("ann" + agent, "run:" + agent);
    final String run;
    final HttpWorker worker;

    Held() {
      String input = "{\"threadId\":\"th\",\"runId\":\"r1\",\"messages\":[]}";
      String start = "{\"agent\":\"" + agent + "\",\"input\":" + input + "}";
      run = owner.post("/v1/runs", start).json().getString("run");
      worker = HttpWorker.claim(node, agent);
    }

    Reply says(String what, String body) {
      return owner.post("/v1/runs/" + run + "/" + what, body);
    }

    JsonObject beat(String members) {
      String body = "{\"generation\":" + worker.work.getLong("generation") + members + "}";
      HttpCalls service = node.user("svc", "service:agents", "work:*");
      Reply beat = service.post("/v1/work/" + agent + "/runs/" + run + "/beat", body);
      assertEquals(200, beat.status(), beat.body());
      return beat.json();
    }
  }

  private static List<String> ids(JsonObject heard) {
    return heard.getJsonArray("inbox").stream()
        .map(JsonObject.class::cast)
        .map(one -> one.getJsonObject("message", one.getJsonObject("answer")).getString("id"))
        .toList();
  }

  private static long last(JsonObject heard) {
    JsonArray inbox = heard.getJsonArray("inbox");
    return inbox.getJsonObject(inbox.size() - 1).getLong("n");
  }

  @Test
  void aBeatThatWaitsIsAnsweredByAMessageWhichIsHeardOnce() throws Exception {
    Held held = new Held();
    assertFalse(held.beat("").containsKey("inbox"), "a worker that does not ask");
    assertEquals(new JsonArray(), held.beat(",\"after\":0").getJsonArray("inbox"));
    var waiting = CompletableFuture.supplyAsync(() -> held.beat(",\"wait\":30000,\"after\":0"));
    assertEquals(200, held.says("messages", messages("m1", "m2")).status());
    JsonObject heard = waiting.get(20, TimeUnit.SECONDS);
    assertEquals(List.of("m1", "m2"), ids(heard));
    JsonObject first = heard.getJsonArray("inbox").getJsonObject(0);
    assertEquals("And?", first.getJsonObject("message").getString("content"));
    assertEquals("ann" + held.agent, first.getString("by"));

    String after = ",\"after\":" + last(heard);
    assertEquals(200, held.says("messages", messages("m2", "m3")).status());
    assertEquals(List.of("m3"), ids(held.beat(after)));
    assertFalse(held.beat(after).getBoolean("cancelled"));
  }

  @Test
  void theAnswerToABatchHasWhatWasSaid() {
    Held held = new Held();
    held.worker.begins();
    assertEquals(200, held.says("answers", answers("resolved", "q1")).status());
    HttpWorker worker = held.worker.hears(0).says("Thank you");
    assertEquals(List.of("q1"), ids(worker.taken));
    JsonObject entry = worker.taken.getJsonArray("inbox").getJsonObject(0);
    assertEquals(
        new JsonObject("{\"id\":\"q1\",\"status\":\"resolved\",\"payload\":1.50}"),
        entry.getJsonObject("answer"));
    assertFalse(entry.containsKey("message"));
    worker.hears(last(worker.taken)).says(".");
    assertEquals(List.of(), ids(worker.taken));
    worker.finishes();
    await("it ends").until(() -> held.says("messages", messages("m9")).code().equals("conflict"));
    assertEquals(200, held.says("answers", answers("resolved", "q1")).status(), "was said");
  }

  @Test
  void theSameIsSaidByFrames() {
    Held held = new Held();
    String user = "ann" + held.agent;
    ManualClient page = connected(node.token(user, "run:" + held.agent, "request:runs"));
    ManualClient phone = connected(node.token(user, "run:" + held.agent, "request:runs"));
    assertEquals("running", said(page, "send", held, messages("m1")).getString("state"));
    assertEquals(held.run, said(phone, "send", held, messages("m1")).getString("run"));
    assertEquals(held.run, said(page, "answer", held, answers("resolved", "q1")).getString("run"));
    var late = said(phone, "answer", held, answers("cancelled", "q1"));
    assertEquals("conflict", late.getString("code"));
    assertEquals("answers: another answer came first: q1", late.getString("message"));
    assertEquals(List.of("m1", "q1"), ids(held.beat(",\"after\":0")));

    for (String method : List.of("send", "answer")) {
      for (String bad : List.of("{}", messages(""), answers("perhaps", "q2"), "{\"messages\":1}")) {
        assertEquals("bad_request", said(page, method, held, bad).getString("code"), bad);
      }
    }
    assertEquals(
        "bad_request", said(page, "send", held, answers("resolved", "q2")).getString("code"));
    ManualClient other = connected(node.token("eve", "run:*", "request:runs"));
    assertEquals("not_found", said(other, "send", held, messages("m2")).getString("code"));
    ManualClient mayNoMore = connected(node.token(user, "request:runs"));
    assertEquals("forbidden", said(mayNoMore, "send", held, messages("m2")).getString("code"));
    List.of(page, phone, other, mayNoMore).forEach(ManualClient::close);
  }

  @Test
  void aServiceNeedsAPermission() {
    Held held = new Held();
    String path = "/v1/runs/" + held.run + "/messages";
    HttpCalls reads = node.user("svc", "service:agents", "runs:read", "runs:cancel");
    assertEquals("forbidden", reads.post(path, messages("m1")).code());
    HttpCalls sends = node.user("svc", "service:agents", "runs:send");
    assertEquals(200, sends.post(path, messages("m1")).status());
    JsonObject heard = held.beat(",\"after\":0");
    assertEquals("service", heard.getJsonArray("inbox").getJsonObject(0).getString("by"));
  }

  private ManualClient connected(String token) {
    ManualClient client =
        node.clients.manual(URI.create("ws://127.0.0.1:" + node.port() + "/v1/connect"));
    GatewayFixture.sayHello(client, token, Map.of());
    client.await("welcome");
    return client;
  }

  private static JsonObject said(ManualClient client, String method, Held held, String body) {
    JsonObject data = new JsonObject(body).put("run", held.run);
    String id = Ids.fresh();
    client.send(
        "{\"type\":\"request\",\"id\":\"%s\",\"service\":\"runs\",\"method\":\"%s\",\"data\":%s}"
            .formatted(id, method, data.encode()));
    JsonObject answer = new JsonObject(client.awaitAnswer(id).toString());
    return answer.getJsonObject("data", answer);
  }
}
