package dev.holdfast.gateway.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.holdfast.gateway.http.HttpCalls.Reply;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/** A worker that has claimed a run of an agent, by HTTP. */
final class HttpWorker {
  final JsonObject work;
  private final HttpCalls calls;
  private final String path;
  private long next;
  private Long after;

  /** The last answer to events. */
  JsonObject taken = new JsonObject();

  private HttpWorker(HttpCalls calls, String agent, JsonObject work) {
    this.calls = calls;
    this.work = work;
    path = "/v1/work/%s/runs/%s/".formatted(agent, run().getString("run"));
    next = work.getLong("next");
  }

  /** Waits for a run. */
  static HttpWorker claim(HttpFixture node, String agent) {
    HttpCalls calls = node.user("svc", "service:agents", "work:*");
    Reply claimed =
        calls.post("/v1/work/" + agent + "/claim", "{\"worker\":\"w1\",\"wait\":10000}");
    assertEquals(200, claimed.status(), claimed.body());
    return new HttpWorker(calls, agent, claimed.json());
  }

  /** Whether a run of the agent waits for a worker. */
  static boolean isAnyLeft(HttpFixture node, String agent) {
    HttpCalls calls = node.user("svc", "service:agents", "work:*");
    return calls.post("/v1/work/" + agent + "/claim", "{\"worker\":\"w2\"}").status() == 200;
  }

  JsonObject run() {
    return work.getJsonObject("run");
  }

  HttpWorker begins() {
    return sends(ofRun("RUN_STARTED"));
  }

  HttpWorker says(String text) {
    return sends(
        new JsonObject()
            .put("type", "TEXT_MESSAGE_CHUNK")
            .put("messageId", "m1")
            .put("role", "assistant")
            .put("delta", text));
  }

  /** Asks for what is said behind this number, from now on. */
  HttpWorker hears(long number) {
    after = number;
    return this;
  }

  HttpWorker finishes() {
    return sends(ofRun("RUN_FINISHED"));
  }

  private JsonObject ofRun(String type) {
    JsonObject ids = new JsonObject().put("threadId", run().getString("threadId"));
    return ids.put("type", type).put("runId", run().getString("runId"));
  }

  HttpWorker sends(JsonObject... events) {
    JsonObject batch = new JsonObject().put("generation", work.getLong("generation"));
    batch.put("n", next).put("events", new JsonArray(java.util.List.of(events)));
    if (after != null) {
      batch.put("after", after);
    }
    Reply taken = calls.post(path + "events", batch.encode());
    assertEquals(200, taken.status(), taken.body());
    this.taken = taken.json();
    next = this.taken.getLong("next");
    return this;
  }
}
