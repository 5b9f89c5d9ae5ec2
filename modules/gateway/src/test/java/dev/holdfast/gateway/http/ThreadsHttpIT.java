package dev.holdfast.gateway.http;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.Ids;
import dev.holdfast.gateway.http.Contract.Operation;
import dev.holdfast.gateway.http.HttpCalls.Reply;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Threads and agents over HTTP; each documented answer is seen once. */
@ExtendWith(RedisExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ThreadsHttpIT {
  private HttpFixture node;
  private HttpCalls ann;

  @BeforeAll
  void start(TestRedis redis) {
    node = new HttpFixture(redis.uri());
    ann = node.user("ann", "run:*");
  }

  @AfterAll
  void everythingDocumentedWasSeen() {
    ContractCheck.seen("putAgent", "409"); // its nodes have none: a test of the service's
    Set<String> unseen = ContractCheck.unseen(ContractCheck.ON_THREADS);
    unseen.addAll(ContractCheck.unseen(ContractCheck.ON_AGENTS));
    unseen.removeIf(answer -> answer.endsWith(" 5XX"));
    node.close();
    assertEquals(Set.of(), unseen);
  }

  private HttpCalls service() {
    return node.user("svc", "service:desk", "threads:*");
  }

  private HttpCalls patching(HttpCalls calls) {
    return calls.with("content-type", "application/json");
  }

  private Reply named(HttpCalls calls, String path, String json) {
    return patching(calls).send("PATCH", path, json.getBytes());
  }

  private JsonObject started(HttpCalls user, String agent, String thread, String run) {
    String input =
        "{\"threadId\":\"%s\",\"runId\":\"%s\",\"state\":{},\"messages\":"
            + "[{\"id\":\"u-%s\",\"role\":\"user\",\"content\":\"Hello?\",\"n\":12345678901234567890123}]}";
    String body =
        "{\"agent\":\"%s\",\"input\":%s}".formatted(agent, input.formatted(thread, run, run));
    Reply started = user.post("/v1/runs", body);
    assertEquals(200, started.status(), started.body());
    return started.json();
  }

  private JsonObject answered(HttpCalls user, String thread, String run, String text) {
    String agent = "a" + Ids.fresh();
    JsonObject started = started(user, agent, thread, run);
    HttpWorker.claim(node, agent).begins().says(text).finishes();
    String path = "/v1/runs/" + started.getString("run");
    await("it ends").until(() -> user.get(path).json().getString("state").equals("ended"));
    return started;
  }

  @Test
  void aPageShowsItsHistory() {
    JsonObject run = answered(ann, "t/1 ä", "r1", "Hello");
    String path = "/v1/threads/t%2F1%20%C3%A4";
    JsonObject thread = ann.get(path).json();
    assertEquals("t/1 ä", thread.getString("threadId"));
    assertEquals(run.getString("run"), thread.getString("lastRun"));
    JsonObject list = ann.get("/v1/threads?limit=100").json();
    assertTrue(list.getJsonArray("threads").contains(thread), list.encode());

    Reply messages = ann.get(path + "/messages");
    assertTrue(messages.body().contains("\"n\":12345678901234567890123"), messages.body());
    JsonArray all = messages.json().getJsonArray("messages");
    assertEquals(List.of("u-r1", "m1"), ids(all));
    assertNull(messages.json().getString("next"));
    JsonObject last = ann.get(path + "/messages?limit=1").json();
    assertEquals(List.of("m1"), ids(last.getJsonArray("messages")));
    JsonObject first = ann.get(path + "/messages?before=" + last.getString("next")).json();
    assertEquals(List.of("u-r1"), ids(first.getJsonArray("messages")));
    assertEquals("not_found", ann.get(path + "/messages?before=gone").code());

    JsonArray runs = ann.get(path + "/runs").json().getJsonArray("runs");
    assertEquals(run.getString("run"), runs.getJsonObject(0).getString("run"));

    String titled = named(ann, path, "{\"title\":\"Ä \\\"talk\\\"\"}").json().getString("title");
    assertEquals("Ä \"talk\"", titled);
    assertFalse(named(ann, path, "{}").json().containsKey("title"));
    String owned = path + "?user=ann";
    assertEquals("desk", named(service(), owned, "{\"title\":\"desk\"}").json().getString("title"));
    assertEquals(200, service().get("/v1/threads?user=ann").status());

    assertEquals(204, ann.delete(path).status());
    for (String gone : List.of(path, path + "/messages", path + "/runs")) {
      assertEquals("not_found", ann.get(gone).code());
    }
    assertEquals("not_found", ann.delete(path).code());
    assertEquals("not_found", named(ann, path, "{\"title\":\"x\"}").code());
  }

  private static List<String> ids(JsonArray messages) {
    return messages.stream().map(one -> ((JsonObject) one).getString("id")).toList();
  }

  @Test
  void agentsArePutListedAndRemoved() {
    HttpCalls desk = node.user("svc", "service:desk", "agents:*");
    String body =
        "{\"description\":\"Looks up\",\"limits\":{\"queue\":2000,\"grace\":0,\"attempts\":1}}";
    JsonObject agent = desk.put("/v1/agents/seeker", body).json();
    assertEquals(2_000, agent.getJsonObject("limits").getLong("queue"));
    assertEquals(0, agent.getJsonObject("limits").getLong("grace"));
    assertEquals(15_000, agent.getJsonObject("limits").getLong("lease"), "the default");
    assertEquals(200, desk.put("/v1/agents/hidden", "{}").status());
    assertEquals(List.of("hidden", "seeker"), agents(desk));
    assertEquals(List.of("seeker"), agents(node.user("cem", "run:seek*")));
    assertEquals(List.of(), agents(node.user("cem")));
    String other = HttpFixture.tokenOf("x" + node.tenant, "svc", "service:desk", "agents:*");
    assertEquals(List.of(), agents(node.as(other)));

    JsonObject run = started(ann, "seeker", "th-" + Ids.fresh(), "r1");
    String path = "/v1/runs/" + run.getString("run");
    await("no worker within 2 s")
        .until(() -> "no_worker".equals(ann.get(path).json().getString("code")));
    for (int i = 0; i < 2; i++) {
      assertEquals(204, desk.delete("/v1/agents/seeker").status());
    }
    assertEquals(List.of("hidden"), agents(desk));
    for (int i = 0; i < 255; i++) {
      assertEquals(200, desk.put("/v1/agents/a" + i, "{}").status());
    }
    assertEquals("limit_exceeded", desk.put("/v1/agents/seeker", "{}").code());
    assertEquals(200, desk.put("/v1/agents/a7", "{}").status(), "it is there");
  }

  private static List<String> agents(HttpCalls calls) {
    return calls.get("/v1/agents").json().getJsonArray("agents").stream()
        .map(one -> ((JsonObject) one).getString("agent"))
        .toList();
  }

  @Test
  void whatRunsTookIsShownByUserAgentAndModel() {
    String agent = "u" + Ids.fresh();
    String user = "x" + Ids.fresh();
    JsonObject run = started(node.user(user, "run:*"), agent, "th", "r1");
    JsonObject took = new JsonObject().put("model", agent + " 1").put("inputTokens", 30);
    JsonObject end = new JsonObject().put("type", "RUN_FINISHED").put("threadId", "th");
    end.put("runId", "r1").put("usage", new JsonArray().add(took.put("outputTokens", 7)));
    HttpWorker.claim(node, agent).begins().sends(end);
    String path = "/v1/runs/" + run.getString("run");
    HttpCalls owner = node.user(user);
    await("it ends").until(() -> owner.get(path).json().getString("state").equals("ended"));
    long day = owner.get(path).json().getLong("ended") / 86_400_000;

    HttpCalls desk = node.user("svc", "service:desk", "agents:read");
    String of = "/v1/usage/agents?day=" + LocalDate.ofEpochDay(day);
    for (String row : List.of("user:" + user, "agent:" + agent, "model:" + agent + " 1")) {
      String[] named = row.split(":");
      await(row).until(() -> tokens(desk.get(of).json(), named[0], named[1]) == 37);
    }
    assertEquals(200, desk.get("/v1/usage/agents").status());
    assertEquals("bad_request", desk.get("/v1/usage/agents?day=today").code());
    assertEquals("forbidden", node.user("eve", "*").get("/v1/usage/agents").code());
    HttpCalls other = node.as(HttpFixture.tokenOf("x" + node.tenant, "svc", "service:desk", "*"));
    assertEquals(-1, tokens(other.get(of).json(), "user", user));
  }

  private static long tokens(JsonObject usage, String kind, String name) {
    return usage.getJsonArray(kind + "s").stream()
        .map(JsonObject.class::cast)
        .filter(row -> name.equals(row.getString(kind)))
        .mapToLong(row -> row.getLong("tokens"))
        .findAny()
        .orElse(-1);
  }

  @Test
  void agentsTakeATokenAPermissionAndWhatIsValid() {
    HttpCalls desk = node.user("svc", "service:desk", "agents:*");
    HttpCalls bare = node.user("svc", "service:bare");
    for (Operation operation : ContractCheck.ON_AGENTS) {
      assertEquals(401, call(node.as(null), operation, "").status(), operation.id());
      assertEquals("forbidden", call(bare, operation, "").code(), operation.id());
      if (!operation.produces().isEmpty()) {
        HttpCalls picky = desk.with("accept", "image/png");
        assertEquals(406, call(picky, operation, "").status(), operation.id());
      }
    }
    HttpCalls user = node.user("eve", "*");
    assertEquals("forbidden", user.put("/v1/agents/mine", "{}").code());
    assertEquals("forbidden", user.delete("/v1/agents/mine").code());
    for (String bad :
        List.of(
            "",
            "{\"x\":1}",
            "{\"limits\":{\"queue\":1}}",
            "{\"limits\":{\"attempts\":0}}",
            "{\"limits\":{\"lease\":-1}}",
            "{\"description\":\"" + "x".repeat(1_025) + "\"}")) {
      assertEquals("bad_request", desk.put("/v1/agents/mine", bad).code(), bad);
    }
    assertEquals("bad_request", desk.put("/v1/agents/a%20b", "{}").code());
    assertEquals("bad_request", desk.delete("/v1/agents/a%20b").code());
    byte[] large = new byte[HttpApi.BODY_LIMIT + 1];
    assertEquals("too_large", patching(desk).send("PUT", "/v1/agents/mine", large).code());
    HttpCalls text = desk.with("content-type", "text/plain");
    assertEquals(415, text.send("PUT", "/v1/agents/mine", "x".getBytes()).status());
  }

  @Test
  void aThreadThatHasARunStays() {
    String agent = "a" + Ids.fresh();
    JsonObject run = started(ann, agent, "busy", "r1");
    assertEquals("conflict", ann.delete("/v1/threads/busy").code());
    assertEquals(run.getString("run"), ann.get("/v1/threads/busy").json().getString("activeRun"));
    ann.post("/v1/runs/" + run.getString("run") + "/cancel", "{}");
    assertEquals(204, ann.delete("/v1/threads/busy").status());
  }

  @Test
  void whatIsAnothersIsAnsweredAsWhatNeverWas() {
    started(ann, "a" + Ids.fresh(), "own", "r1");
    HttpCalls bob = node.user("bob", "run:*");
    HttpCalls stranger = node.as(HttpFixture.tokenOf("x" + node.tenant, "ann", "run:*"));
    for (HttpCalls foreign : List.of(bob, stranger)) {
      for (Operation operation : ContractCheck.ON_THREADS) {
        if (!operation.id().equals("listThreads")) {
          assertEquals("not_found", call(foreign, operation, "own").code(), operation.id());
        }
      }
      assertEquals(List.of(), foreign.get("/v1/threads").json().getJsonArray("threads").getList());
    }
    assertEquals("not_found", bob.get("/v1/threads?user=ann").code());
    assertEquals("not_found", bob.get("/v1/threads/own?user=ann").code());
  }

  @Test
  void badInputIsNamed() {
    String own = "/v1/threads/own";
    for (Operation operation : ContractCheck.ON_THREADS) {
      assertEquals("bad_request", call(service(), operation, "own").code(), operation.id());
    }
    for (String bad :
        List.of(
            "/v1/threads?limit=101",
            "/v1/threads?after=x",
            "/v1/threads?user=a%20b",
            own + "/runs?limit=101",
            own + "/messages?limit=0")) {
      assertEquals("bad_request", ann.get(bad).code(), bad);
    }
    for (String bad : List.of("", "[]", "{\"x\":1}", "{\"title\":1}", title(257))) {
      assertEquals("bad_request", named(ann, own, bad).code(), bad);
    }
  }

  private static String title(int characters) {
    return "{\"title\":\"" + "x".repeat(characters) + "\"}";
  }

  @Test
  void everyOperationTakesATokenAndAPermission() {
    HttpCalls bare = node.user("svc", "service:bare");
    for (Operation operation : ContractCheck.ON_THREADS) {
      assertEquals(401, call(node.as(null), operation, "own").status(), operation.id());
      assertEquals("forbidden", call(bare, operation, "own").code(), operation.id());
      if (!operation.produces().isEmpty()) {
        HttpCalls picky = ann.with("accept", "image/png");
        assertEquals(406, call(picky, operation, "own").status(), operation.id());
      }
    }
    byte[] large = new byte[HttpApi.BODY_LIMIT + 1];
    assertEquals("too_large", patching(ann).send("PATCH", "/v1/threads/own", large).code());
    HttpCalls text = ann.with("content-type", "text/plain");
    assertEquals(415, text.send("PATCH", "/v1/threads/own", "x".getBytes()).status());
  }

  @Test
  void everyOperationIsHeldToTheRatesOfItsUser() {
    String tenant = "slow" + node.tenant;
    HttpCalls operator = node.service().with("content-type", "application/json");
    byte[] slow = "{\"user.requests\":1}".getBytes();
    assertEquals(200, operator.send("PATCH", "/v1/limits?tenant=" + tenant, slow).status());
    HttpCalls held = node.as(HttpFixture.tokenOf(tenant, "ann"));
    List<Operation> all = new ArrayList<>(ContractCheck.ON_THREADS);
    all.addAll(ContractCheck.ON_AGENTS);
    for (Operation operation : all) {
      await(operation.id()).until(() -> call(held, operation, "own").status() == 429);
    }
  }

  private Reply call(HttpCalls calls, Operation operation, String thread) {
    String path = operation.path().replace("{thread}", thread).replace("{agent}", "mine");
    if (operation.method() == HttpMethod.PUT) {
      return calls.orElse("content-type", "application/json").send("PUT", path, "{}".getBytes());
    }
    if (operation.method() == HttpMethod.PATCH) {
      return patching(calls).send("PATCH", path, "{\"title\":\"mine\"}".getBytes());
    }
    return calls.send(operation.method().name(), path, new byte[0]);
  }
}
