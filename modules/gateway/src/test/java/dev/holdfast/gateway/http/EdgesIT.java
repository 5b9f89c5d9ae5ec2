package dev.holdfast.gateway.http;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.Ids;
import dev.holdfast.gateway.http.Contract.Operation;
import dev.holdfast.gateway.http.HttpCalls.Reply;
import dev.holdfast.redis.Keys;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Runs for clients from npm, as they ask for them. */
@ExtendWith(RedisExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EdgesIT {
  private static final String HELLO = "{\"id\":\"u1\",\"role\":\"user\",\"content\":\"Hello?\"}";

  private final String agent = "a" + Ids.fresh();
  private final String agui = "/v1/agui/agent/" + agent;
  private final String chats = "/v1/chat/" + agent;
  private HttpFixture node;
  private HttpCalls ann;
  private HttpCalls bob;

  @BeforeAll
  void start(TestRedis redis) {
    node = new HttpFixture(redis.uri());
    ann = node.user("ann", "run:*");
    bob = node.user("bob", "run:*");
  }

  @AfterAll
  void everythingDocumentedWasSeen() {
    for (String operation : List.of("runAguiAgent", "chat")) {
      ContractCheck.seen(operation, "422"); // as for any start, see RunsHttpIT
    }
    Set<String> unseen = ContractCheck.unseen(ContractCheck.ON_EDGES);
    unseen.removeIf(answer -> answer.endsWith(" 5XX") || answer.equals("readRunEvents 429"));
    node.close();
    assertEquals(Set.of(), unseen);
  }

  private static String input(String thread, String run, String... messages) {
    return "{\"threadId\":\"%s\",\"runId\":\"%s\",\"messages\":[%s],\"state\":{}}"
        .formatted(thread, run, String.join(",", messages));
  }

  private static CompletableFuture<Reply> asks(HttpCalls calls, String path, String body) {
    return CompletableFuture.supplyAsync(() -> calls.post(path, body));
  }

  private static List<JsonObject> events(String stream) {
    return stream
        .lines()
        .filter(line -> line.startsWith("data: {"))
        .map(line -> new JsonObject(line.substring("data: ".length())))
        .toList();
  }

  private static List<String> types(Reply reply) {
    assertEquals(200, reply.status(), reply.body());
    return events(reply.body()).stream().map(event -> event.getString("type")).toList();
  }

  private static List<String> ids(Reply reply) {
    return reply.body().lines().filter(line -> line.startsWith("id: ")).toList();
  }

  /** A run that has ended, with its text. */
  private String ended(String thread) {
    CompletableFuture<Reply> reader = asks(ann, agui + "/run", input(thread, "r1", HELLO));
    JsonObject run = HttpWorker.claim(node, agent).begins().says("Hel").says("lo").finishes().run();
    reader.join();
    String path = "/v1/runs/" + run.getString("run");
    await().until(() -> ann.get(path).json().getString("state").equals("ended"));
    return run.getString("run");
  }

  @Test
  void aRunIsStartedOnceAndWhoeverComesAgainReadsIt() {
    CompletableFuture<Reply> first = asks(ann, agui + "/run", input("once", "r1", HELLO));
    HttpWorker worker = HttpWorker.claim(node, agent).begins().says("Hel");
    CompletableFuture<Reply> again = asks(ann, agui + "/run", input("once", "r1"));
    CompletableFuture<Reply> joined = asks(ann, agui + "/connect", input("once", "other"));
    assertFalse(HttpWorker.isAnyLeft(node, agent), "it is one run");
    await("three streams")
        .until(() -> node.registry.get("holdfast.connections").gauge().value() == 3);
    var bodies = node.registry.get("holdfast.budget.bytes").tag("kind", "bodies").gauge();
    assertEquals(0, bodies.value(), "a stream keeps no room for what asked for it");
    worker.says("lo").finishes();

    for (CompletableFuture<Reply> each : List.of(first, again, joined)) {
      String text = each.join().body();
      JsonObject started = events(text).get(0);
      assertEquals("RUN_STARTED", started.getString("type"), text);
      JsonObject about = started.getJsonObject("metadata").getJsonObject("holdfast");
      assertEquals(worker.run().getString("run"), about.getString("run"));
      List<String> types = types(each.join());
      assertEquals("RUN_FINISHED", types.get(types.size() - 1), text);
      assertTrue(text.contains("lo"), text);
    }
    assertEquals("no-store", first.join().header("cache-control"));
    String last = ids(first.join()).get(1).substring("id: ".length());
    Reply rest = ann.with("last-event-id", last).post(agui + "/run", input("once", "r1"));
    assertEquals(
        ids(first.join()).subList(2, ids(first.join()).size()), ids(rest), "without a prelude");
    String end = ids(rest).get(ids(rest).size() - 1).substring("id: ".length());
    Reply nothing = ann.with("last-event-id", end).post(agui + "/run", input("once", "r1"));
    await("its record says so, too")
        .until(
            () -> ann.get("/v1/runs/" + worker.run().getString("run")).json().getLong("ended"),
            e -> e > 0);
    assertEquals(List.of(), types(nothing));
    assertEquals(
        "conflict",
        ann.post("/v1/agui/agent/x" + agent + "/run", input("once", "r1")).code(),
        "of another agent");
  }

  @Test
  void aRunThatIsNoLongerKeptIsReadFromItsThread(TestRedis redis) {
    String run = ended("old");
    Channel channel = new Channel(node.tenant, new ChannelName(ChannelName.Kind.RUN, run));
    redis.call("DEL", Keys.runSnapshot(channel), Keys.log(channel));
    for (String path : List.of("/run", "/connect")) {
      Reply reply = ann.post(agui + path, input("old", "r1"));
      assertEquals(
          List.of("RUN_STARTED", "MESSAGES_SNAPSHOT", "STATE_SNAPSHOT", "RUN_FINISHED"),
          types(reply));
      assertTrue(reply.body().contains("\"Hello\""), reply.body());
    }
    redis.call("DEL", Keys.run(channel));
    Reply thread = ann.post(agui + "/connect", input("old", "other"));
    assertEquals("r1", events(thread.body()).get(0).getString("runId"));
    assertTrue(thread.body().contains("\"Hello\""), thread.body());
  }

  @Test
  void whatIsAnothersIsAnsweredAsWhatNeverWas() {
    String run = ended("anns");
    for (String thread : List.of("anns", "never-was")) {
      assertEquals("", bob.post(agui + "/connect", input(thread, "r1")).body());
      Reply stop = bob.post(agui + "/stop/" + thread, "{\"runId\":\"r1\"}");
      assertEquals(false, stop.json().getBoolean("stopped"));
      assertEquals(204, bob.get(chats + "/" + thread + "/stream").status());
      assertEquals(
          false, bob.post(chats + "/" + thread + "/stop", "{}").json().getBoolean("stopped"));
    }
    for (String id : List.of(run, "never-was")) {
      assertEquals("not_found", bob.get("/v1/runs/" + id + "/events").code());
      assertEquals("not_found", bob.get("/v1/runs/" + id + "/events?from=snapshot").code());
      HttpCalls late = bob.with("last-event-id", "abc:1");
      assertEquals("not_found", late.get("/v1/runs/" + id + "/events").code());
    }
    assertEquals("forbidden", node.user("ann").post(agui + "/run", input("x", "y")).code());
  }

  @Test
  void aRunIsStopped() {
    CompletableFuture<Reply> reader = asks(ann, agui + "/run", input("stopped", "r1", HELLO));
    await("it waits")
        .until(() -> ann.post(agui + "/stop/stopped", "{}").json().getBoolean("stopped"));
    List<String> types = types(reader.join());
    assertEquals("RUN_FINISHED", types.get(types.size() - 1));
    assertTrue(reader.join().body().contains("\"cancelled\""), reader.join().body());
  }

  @Test
  void aRunIsReadEventByEventAndFromWhereItsReaderWas() {
    String path = "/v1/runs/" + ended("read") + "/events";
    Reply whole = ann.get(path);
    List<String> types = types(whole);
    assertEquals("RUN_STARTED", types.get(0));
    assertEquals("RUN_FINISHED", types.get(types.size() - 1));
    List<String> ids = ids(whole);
    String second = ids.get(1).substring("id: ".length());
    assertEquals(ids.subList(2, ids.size()), ids(ann.with("last-event-id", second).get(path)));
    String last = ids.get(ids.size() - 1).substring("id: ".length());
    assertEquals(204, ann.with("last-event-id", last).get(path).status(), "it has all");
    Reply snapshot = ann.get(path + "?from=snapshot");
    assertTrue(snapshot.body().contains("event: snapshot"), snapshot.body());
    assertTrue(snapshot.body().contains("Hello"), snapshot.body());
    assertEquals("bad_request", ann.get(path + "?from=latest").code());
    assertEquals("bad_request", ann.with("last-event-id", "x").get(path).code());
    Reply foreign = ann.with("last-event-id", "zzz:1").get(path);
    assertTrue(foreign.body().contains("event: gap"), foreign.body());
    assertTrue(foreign.body().contains("event: snapshot"), "another log's: " + foreign.body());
  }

  private static String chat(String id, String trigger, String... messages) {
    return "{\"id\":\"%s\",\"trigger\":\"%s\",\"messages\":[%s]}"
        .formatted(id, trigger, String.join(",", messages));
  }

  private static String page(String id, String role, String text) {
    return "{\"id\":\"%s\",\"role\":\"%s\",\"parts\":[{\"type\":\"text\",\"text\":\"%s\"}]}"
        .formatted(id, role, text);
  }

  @Test
  void aChatIsAnsweredOnceAndResumedFromItsBeginning() {
    String question = chat("c1", "submit-message", page("u1", "user", "Hello?"));
    CompletableFuture<Reply> first = asks(ann, chats, question);
    HttpWorker worker = HttpWorker.claim(node, agent).begins().says("Hel");
    CompletableFuture<Reply> same = asks(ann, chats, question);
    CompletableFuture<Reply> resumed =
        CompletableFuture.supplyAsync(() -> ann.get(chats + "/c1/stream"));
    assertFalse(HttpWorker.isAnyLeft(node, agent), "it is one run");
    String another = chat("c1", "submit-message", page("u2", "user", "And now?"));
    assertEquals("conflict", ann.post(chats, another).code());
    await("three streams")
        .until(() -> node.registry.get("holdfast.connections").gauge().value() == 3);
    worker.says("lo").finishes();
    for (CompletableFuture<Reply> each : List.of(first, same, resumed)) {
      Reply reply = each.join();
      assertEquals("v1", reply.header("x-vercel-ai-ui-message-stream"));
      assertTrue(reply.body().endsWith("data: [DONE]\n\n"), reply.body());
      StringBuilder text = new StringBuilder();
      events(reply.body()).forEach(chunk -> text.append(chunk.getString("delta", "")));
      assertEquals("Hello", text.toString());
      assertEquals("start", types(reply).get(0));
    }
    JsonObject input = worker.work.getJsonObject("input");
    assertEquals("Hello?", input.getJsonArray("messages").getJsonObject(0).getString("content"));
    String run = "/v1/runs/" + worker.run().getString("run");
    await().until(() -> ann.get(run).json().getString("state").equals("ended"));
    assertEquals(204, ann.get(chats + "/c1/stream").status());

    String anew = chat("c1", "regenerate-message", page("u1", "user", "Hello?"));
    for (int i = 0; i < 2; i++) {
      CompletableFuture<Reply> other = asks(ann, chats, anew);
      JsonObject second = HttpWorker.claim(node, agent).begins().says("Good day").finishes().run();
      assertTrue(other.join().body().contains("Good day"), "regenerated");
      String path = "/v1/runs/" + second.getString("run");
      await().until(() -> ann.get(path).json().getString("state").equals("ended"));
    }
  }

  @Test
  void badInputIsNamed() {
    for (String path : List.of("/run", "/connect")) {
      assertEquals("bad_request", ann.post(agui + path, "{}").code());
      assertEquals("bad_request", ann.post(agui + path, "[").code());
    }
    assertEquals("bad_request", ann.post(agui + "/stop/t", "[").code());
    assertEquals("bad_request", ann.post(chats, chat("c", "submit-message")).code());
    assertEquals(
        "bad_request",
        ann.post(chats, chat("c", "submit-message", page("x", "nobody", ""))).code());
    assertEquals("bad_request", ann.post(chats + "/c/stop", "[").code());
    assertEquals("bad_request", ann.get("/v1/chat/not%20one/c/stream").code());
    assertEquals("bad_request", ann.get("/v1/runs/not%20one/events").code());
    JsonObject agents = node.user("cem", "run:b", "run:a", "run:x*").get("/v1/agui/info").json();
    assertEquals(Set.of("a", "b"), agents.getJsonObject("agents").fieldNames());
  }

  @Test
  void agentsThatAreListedAreShownToThoseWhoMayRunThem() {
    HttpCalls service = node.user("svc", "service:agents", "agents:write");
    for (String agent : List.of("listed", "other")) {
      String body = "{\"description\":\"is " + agent + "\"}";
      assertEquals(200, service.put("/v1/agents/" + agent, body).status());
    }
    JsonObject agents = node.user("cem", "run:l*").get("/v1/agui/info").json();
    assertEquals(Set.of("listed"), agents.getJsonObject("agents").fieldNames());
    assertEquals(
        "is listed",
        agents.getJsonObject("agents").getJsonObject("listed").getString("description"));
  }

  @Test
  void everyOperationTakesATokenOfAUserAndWhatItIsWrittenFor() {
    HttpCalls service = node.user("svc", "service:agents", "run:*");
    for (Operation operation : ContractCheck.ON_EDGES) {
      assertEquals(401, call(node.as(null), operation).status(), operation.id());
      assertEquals("forbidden", call(service, operation).code(), operation.id());
      HttpCalls picky = ann.with("accept", "image/png");
      assertEquals(406, call(picky, operation).status(), operation.id());
      if (!operation.consumes().isEmpty()) {
        HttpCalls text = ann.with("content-type", "text/plain");
        assertEquals(415, call(text, operation).status(), operation.id());
        HttpCalls json = ann.with("content-type", "application/json");
        byte[] large = new byte[HttpApi.BODY_LIMIT + 1];
        assertEquals("too_large", json.send("POST", path(operation), large).code());
      }
    }
  }

  @Test
  void everyOperationIsHeldToTheRatesOfItsUser() {
    String tenant = "slow" + node.tenant;
    HttpCalls operator = node.service().with("content-type", "application/json");
    byte[] slow = "{\"user.requests\":1}".getBytes();
    assertEquals(200, operator.send("PATCH", "/v1/limits?tenant=" + tenant, slow).status());
    HttpCalls held = node.as(HttpFixture.tokenOf(tenant, "ann"));
    for (Operation operation : ContractCheck.ON_EDGES) {
      if (!operation.id().equals("readRunEvents")) { // as readEvents: connections have limits
        await(operation.id()).until(() -> call(held, operation).status() == 429);
      }
    }
  }

  private static Reply call(HttpCalls calls, Operation operation) {
    String body = input("th", "r").replaceFirst("}$", ",\"id\":\"c\"}");
    if (operation.path().contains("stop")) {
      body = "{}";
    }
    return operation.method() == HttpMethod.GET
        ? calls.get(path(operation))
        : calls
            .orElse("content-type", "application/json")
            .send("POST", path(operation), body.getBytes());
  }

  private static String path(Operation operation) {
    return operation.path().replaceAll("\\{\\w+}", "some");
  }

  /** Five of them a second kept a user from any other session. */
  @Test
  void aStreamThatFailsLeavesNoSession(TestRedis redis) {
    HttpCalls eve = node.user("eve", "run:*");
    String sessions = Keys.userSessions(node.tenant, "eve");
    for (int i = 0; i < 3; i++) {
      assertEquals(404, eve.get("/v1/runs/nothing" + i + "/events").status());
    }
    await().until(() -> redis.call("ZCARD", sessions), "0"::equals);
  }
}
