package dev.holdfast.gateway.http;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.auth.TokenSigner;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Ids;
import dev.holdfast.gateway.http.Contract.Operation;
import dev.holdfast.gateway.http.HttpCalls.Reply;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Runs over HTTP: a user's, and those of a worker; each documented answer is seen once. */
@ExtendWith(RedisExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RunsHttpIT {
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
    ContractCheck.seen("appendToRun", "422"); // after 50,000 events: a test of the service's
    Set<String> unseen = ContractCheck.unseen(ContractCheck.ON_RUNS);
    unseen.removeIf(answer -> answer.endsWith(" 5XX"));
    node.close();
    assertEquals(Set.of(), unseen);
  }

  private HttpCalls service() {
    return node.user("svc", "service:agents", "run:*", "runs:*", "work:*");
  }

  private static String body(String agent, String thread, String run) {
    return "{\"agent\":\"%s\",\"input\":%s}".formatted(agent, input(thread, run, "Hello?"));
  }

  private static String input(String thread, String run, String text) {
    return """
    {"threadId":"%s","runId":"%s","messages":[{"id":"u1","role":"user","content":"%s"}],\
    "state":{"n":1.0}}\
    """
        .formatted(thread, run, text);
  }

  private JsonObject claimed(String agent) {
    Reply claimed = service().post("/v1/work/" + agent + "/claim", "{\"worker\":\"w1\"}");
    assertEquals(200, claimed.status(), claimed.body());
    return claimed.json();
  }

  /** The worker that has claimed a run, and what it says of it. */
  private final class Worker {
    final JsonObject work;
    private final String path;
    private long next;

    Worker(String agent) {
      this(claimed(agent), agent);
    }

    Worker(JsonObject work, String agent) {
      this.work = work;
      path = "/v1/work/%s/runs/%s/".formatted(agent, work.getJsonObject("run").getString("run"));
      next = work.getLong("next");
    }

    Reply says(String what) {
      return service().post(path + what, "{\"generation\":" + work.getLong("generation") + "}");
    }

    Reply sends(long generation, long n, String... events) {
      JsonObject batch = new JsonObject().put("generation", generation).put("n", n);
      batch.put("events", new JsonArray(List.of(events).stream().map(JsonObject::new).toList()));
      return service().post(path + "events", batch.encode());
    }

    JsonObject taken(String... events) {
      Reply reply = sends(work.getLong("generation"), next, events);
      assertEquals(200, reply.status(), reply.body());
      next = reply.json().getLong("next");
      return reply.json();
    }
  }

  private static String ofRun(String type, String thread, String run) {
    return "{\"type\":\"%s\",\"threadId\":\"%s\",\"runId\":\"%s\"}".formatted(type, thread, run);
  }

  private static String delta(String text) {
    return "{\"type\":\"TEXT_MESSAGE_CHUNK\",\"messageId\":\"m1\",\"role\":\"assistant\","
        + "\"delta\":\""
        + text
        + "\"}";
  }

  @Test
  void aRunIsStartedOnceWorkedOnAndRead() {
    String agent = "a" + Ids.fresh();
    Reply started = ann.post("/v1/runs", body(agent, "th", "r1"));
    assertEquals("queued", started.json().getString("state"), started.body());
    String run = "/v1/runs/" + started.json().getString("run");
    assertEquals(started.json(), ann.post("/v1/runs", body(agent, "th", "r1")).json());
    String other = "{\"agent\":\"%s\",\"input\":%s}".formatted(agent, input("th", "r1", "Other"));
    assertEquals("conflict", ann.post("/v1/runs", other).code());
    assertEquals("conflict", ann.post("/v1/runs", body(agent, "th", "r2")).code());
    assertNull(ann.get(run + "/snapshot").json().getValue("position"), "there is none yet");

    Worker worker = new Worker(agent);
    assertEquals(new JsonObject(input("th", "r1", "Hello?")), worker.work.getJsonObject("input"));
    String claim = "/v1/work/" + agent + "/claim";
    assertEquals(204, service().post(claim, "{\"worker\":\"w2\",\"wait\":10}").status());
    worker.taken(ofRun("RUN_STARTED", "th", "r1"), delta("Hel"));
    long own = worker.work.getLong("generation");
    assertEquals(
        "bad_request", worker.sends(own, worker.next, "{\"type\":\"X_END\"}", "{}").code());
    assertEquals("fenced", worker.sends(own - 1, worker.next, delta("x")).code());
    Reply gap = worker.sends(own, worker.next + 5, delta("x"));
    assertEquals("out_of_sequence", gap.code());
    assertTrue(gap.body().contains("go on with " + worker.next), gap.body());
    assertFalse(worker.says("beat").json().getBoolean("cancelled"));
    assertEquals("running", ann.get(run).json().getString("state"));
    assertFalse(worker.says("release").json().getBoolean("queued"), "events are published");

    worker.taken(delta("lo"));
    assertTrue(worker.taken(ofRun("RUN_FINISHED", "th", "r1")).getBoolean("over"));
    assertEquals("success", ann.get(run).json().getString("outcome"));
    JsonObject snapshot = ann.get(run + "/snapshot").json();
    assertTrue(snapshot.encode().contains("\"Hello\""), snapshot.encode());
    assertEquals("conflict", worker.says("beat").code());
    assertEquals("fenced", worker.says("release").code());
  }

  @Test
  void aWorkerOfAnotherAgentFindsNoSuchRun() {
    String agent = "a" + Ids.fresh();
    ann.post("/v1/runs", body(agent, "others", "r1"));
    Worker own = new Worker(agent);
    Worker foreign = new Worker(own.work, "b" + Ids.fresh());
    long generation = own.work.getLong("generation");
    String begin = ofRun("RUN_STARTED", "others", "r1");
    for (int i = 0; i < 2; i++) {
      assertEquals("not_found", foreign.sends(generation, own.next, delta("x")).code());
      assertEquals("not_found", foreign.says("beat").code());
      assertEquals("not_found", foreign.says("release").code());
      own.taken(i == 0 ? begin : delta("own"));
    }
    assertTrue(own.taken(ofRun("RUN_FINISHED", "others", "r1")).getBoolean("over"));
  }

  @Test
  void aClaimWaitsNoLongerThanItsTokenAndItsClient() throws IOException {
    String claim = "/v1/work/a" + Ids.fresh() + "/claim";
    String wait = "{\"worker\":\"w1\",\"wait\":30000}";
    var worker = new Caller.User(node.tenant, "svc", Set.of(), Set.of("service:agents", "work:*"));
    String brief =
        new TokenSigner(HttpFixture.SECRET, HttpFixture.AUTH).sign(worker, Duration.ofSeconds(3));
    assertEquals(401, node.as(brief).post(claim, wait).status());

    String token = node.token("svc", "service:agents", "work:*");
    try (var client = new Socket("127.0.0.1", node.port())) {
      String request =
          "POST %s HTTP/1.1\r\nhost: x\r\nauthorization: Bearer %s\r\n"
              + "content-type: application/json\r\ncontent-length: %d\r\n\r\n%s";
      String text = request.formatted(claim, token, wait.length(), wait);
      client.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
      await("it waits").until(() -> waiting() == 1);
    }
    await("it is over").atMost(Duration.ofSeconds(20)).until(() -> waiting() == 0);
  }

  private double waiting() {
    return node.registry.get("holdfast.runs.waiting.workers").gauge().value();
  }

  @Test
  void aRunIsCancelledAndAnotherGivenBack() {
    String agent = "a" + Ids.fresh();
    Reply started = ann.post("/v1/runs", body(agent, "cancelled", "r1"));
    String run = "/v1/runs/" + started.json().getString("run");
    Worker worker = new Worker(agent);
    assertTrue(worker.says("release").json().getBoolean("queued"));
    Worker second = new Worker(agent);
    assertEquals("fenced", worker.says("beat").code());
    assertTrue(ann.post(run + "/cancel", "{}").json().getBoolean("cancelling"));
    assertTrue(second.says("beat").json().getBoolean("cancelled"));
    second.taken(
        ofRun("RUN_STARTED", "cancelled", "r1"),
        "{\"type\":\"RUN_FINISHED\",\"threadId\":\"cancelled\",\"runId\":\"r1\","
            + "\"outcome\":{\"type\":\"cancelled\"}}");
    assertEquals("cancelled", ann.get(run).json().getString("outcome"));
  }

  /** It learned of it with the next beat, a fifth of the lease later. */
  @Test
  void aWorkerThatWaitsHasACancelAtOnce() throws Exception {
    String agent = "a" + Ids.fresh();
    Reply started = ann.post("/v1/runs", body(agent, "waits", "r1"));
    Worker worker = new Worker(agent);
    String beat = "{\"generation\":%d,\"wait\":7000}".formatted(worker.work.getLong("generation"));
    long from = System.nanoTime();
    var waits = CompletableFuture.supplyAsync(() -> service().post(worker.path + "beat", beat));
    await("it waits")
        .until(() -> node.registry.get("holdfast.runs.waiting.beats").gauge().value() == 1);
    ann.post("/v1/runs/" + started.json().getString("run") + "/cancel", "{}");
    assertTrue(waits.get(5, TimeUnit.SECONDS).json().getBoolean("cancelled"));
    assertTrue(System.nanoTime() - from < TimeUnit.SECONDS.toNanos(6), "it waited to the end");
    assertTrue(worker.says("beat").json().getBoolean("cancelled"), "and without a wait");
  }

  @Test
  void aClaimTakesSeveralRuns() {
    String agent = "a" + Ids.fresh();
    HttpCalls dan = node.user("dan", "run:*");
    for (int i = 0; i < 5; i++) {
      assertEquals(200, dan.post("/v1/runs", body(agent, "th" + i, "r")).status());
    }
    String claim = "/v1/work/" + agent + "/claim";
    JsonObject first = service().post(claim, "{\"worker\":\"w1\",\"max\":3}").json();
    JsonArray more = first.getJsonArray("more");
    assertEquals(2, more.size(), first.encode());
    JsonObject rest = service().post(claim, "{\"worker\":\"w1\",\"max\":8}").json();
    assertEquals(1, rest.getJsonArray("more").size(), rest.encode());
    Worker last = new Worker(more.getJsonObject(1), agent);
    String thread = last.work.getJsonObject("run").getString("threadId");
    last.taken(ofRun("RUN_STARTED", thread, "r"));
    assertTrue(last.taken(ofRun("RUN_FINISHED", thread, "r")).getBoolean("over"));
  }

  @Test
  void whatIsAnothersIsAnsweredAsWhatNeverWas() {
    Reply started = ann.post("/v1/runs", body("a" + Ids.fresh(), "own", "r1"));
    String run = started.json().getString("run");
    HttpCalls stranger = node.as(HttpFixture.tokenOf("x" + node.tenant, "ann", "run:*"));
    for (String id : List.of(run, "never-was")) {
      for (HttpCalls foreign : List.of(bob, stranger)) {
        assertEquals("not_found", foreign.get("/v1/runs/" + id).code());
        assertEquals("not_found", foreign.get("/v1/runs/" + id + "/snapshot").code());
        assertEquals("not_found", foreign.post("/v1/runs/" + id + "/cancel", "{}").code());
      }
    }
    String generation = "{\"generation\":1}";
    for (String what : List.of("beat", "release")) {
      assertEquals(
          "not_found", service().post("/v1/work/a/runs/never-was/" + what, generation).code());
    }
    String events = "{\"generation\":1,\"n\":1,\"events\":[{\"type\":\"RUN_ERROR\"}]}";
    assertEquals("not_found", service().post("/v1/work/a/runs/never-was/events", events).code());
    assertEquals("forbidden", ann.post("/v1/work/a/claim", "{\"worker\":\"w\"}").code());
  }

  @Test
  void aUserHasNoMoreRunsThanItMay() {
    HttpCalls cem = node.user("cem", "run:*");
    String agent = "a" + Ids.fresh();
    for (int i = 0; i < 5; i++) {
      assertEquals(200, cem.post("/v1/runs", body(agent, "th" + i, "r")).status());
    }
    assertEquals("limit_exceeded", cem.post("/v1/runs", body(agent, "th5", "r")).code());
  }

  @Test
  void badInputIsNamed() {
    for (String bad :
        List.of(
            "{}",
            "{\"agent\":\"a\",\"input\":[]}",
            "{\"agent\":\"a b\",\"input\":{}}",
            "{\"agent\":\"a\",\"input\":{\"threadId\":1}}",
            "{\"agent\":\"a\",\"input\":{\"threadId\":\"t\",\"runId\":\"r\"}}")) {
      assertEquals("bad_request", ann.post("/v1/runs", bad).code(), bad);
    }
    assertEquals("bad_request", service().post("/v1/runs", body("a", "t", "r")).code());
    for (String path : List.of("", "/snapshot")) {
      assertEquals("bad_request", ann.get("/v1/runs/not%20one" + path).code());
    }
    assertEquals("bad_request", ann.post("/v1/runs/not%20one/cancel", "{}").code());
    for (String path : List.of("claim", "runs/r/events", "runs/r/beat", "runs/r/release")) {
      assertEquals("bad_request", service().post("/v1/work/a/" + path, "{\"x\":1}").code(), path);
    }
    assertEquals("bad_request", service().post("/v1/work/a/claim", "{}").code());
    for (int wait : List.of(-1, 30_001)) {
      String claim = "{\"worker\":\"w\",\"wait\":" + wait + "}";
      assertEquals("bad_request", service().post("/v1/work/a/claim", claim).code());
    }
    for (int most : List.of(0, 9)) {
      String claim = "{\"worker\":\"w\",\"max\":" + most + "}";
      assertEquals("bad_request", service().post("/v1/work/a/claim", claim).code());
    }
    String beat = "{\"generation\":1,\"wait\":30001}";
    assertEquals("bad_request", service().post("/v1/work/a/runs/r/beat", beat).code());
    assertEquals("bad_request", service().post("/v1/work/a/runs/r/events", "{}").code());
  }

  @Test
  void whatIsSaidToARunIsTakenOrRefusedByName() {
    HttpCalls sia = node.user("sia", "run:*");
    JsonObject started = sia.post("/v1/runs", body("a" + Ids.fresh(), "th", "r1")).json();
    String run = "/v1/runs/" + started.getString("run");
    InboxHttpIT.isTakenOrRefusedByName(sia, bob, service(), run);
  }

  @Test
  void everyOperationTakesATokenAPermissionAndWhatItIsWrittenFor() {
    HttpCalls bare = node.user("svc", "service:bare");
    for (Operation operation : ContractCheck.ON_RUNS) {
      assertEquals(401, call(node.as(null), operation).status(), operation.id());
      assertEquals("forbidden", call(bare, operation).code(), operation.id());
      HttpCalls picky = service().with("accept", "image/png");
      assertEquals(406, call(picky, operation).status(), operation.id());
      if (!operation.consumes().isEmpty()) {
        HttpCalls text = service().with("content-type", "text/plain");
        assertEquals(415, call(text, operation).status(), operation.id());
        HttpCalls json = service().with("content-type", "application/json");
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
    for (Operation operation : ContractCheck.ON_RUNS) {
      await(operation.id()).until(() -> call(held, operation).status() == 429);
    }
  }

  private static final Map<String, String> BODIES =
      Map.of(
          "startRun", body("researcher", "th", "r").replaceFirst("}$", ",\"user\":\"ann\"}"),
          "claimRun", "{\"worker\":\"w\"}",
          "appendToRun", "{\"generation\":1,\"n\":1,\"events\":[{\"type\":\"X\"}]}",
          "keepRun", "{\"generation\":1}",
          "sendToRun", InboxHttpIT.messages("m1"),
          "answerRun", InboxHttpIT.answers("resolved", "q1"),
          "releaseRun", "{\"generation\":1}");

  private static Reply call(HttpCalls calls, Operation operation) {
    String body = BODIES.getOrDefault(operation.id(), "{}");
    return operation.method() == HttpMethod.GET
        ? calls.get(path(operation))
        : calls
            .orElse("content-type", "application/json")
            .send("POST", path(operation), body.getBytes());
  }

  private static String path(Operation operation) {
    return operation.path().replace("{run}", "some-run").replace("{agent}", "researcher");
  }
}
