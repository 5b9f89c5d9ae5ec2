package dev.holdfast.loadtest.worker.agent;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.loadtest.worker.measure.AnswerText;
import dev.holdfast.runs.WorkerRun;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import org.jspecify.annotations.Nullable;

/**
 * The answer to one run: a tool's result, which has the time at which it is written, then the text,
 * a token at a time, each when it is due, whatever became of those before. Confined to one event
 * loop; times in µs.
 */
final class Answer {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final double MICROS = 1e6;
  private static final String TOOL = "t1";

  private final WorkerRun run;
  private final AnswerText text;
  private final String message;
  private final int tokens;
  private final double rate;
  private final Promise<Void> written = Promise.promise();
  private long began;
  private long late;
  private int sent;
  private int acknowledged;
  private int reported;

  Answer(WorkerRun run) {
    this.run = run;
    this.text = new AnswerText(run.run().run(), run.run().attempt());
    this.message = AnswerText.message(run.run().attempt());
    JsonNode asked = asked(run.input());
    this.tokens = asked.path("tokens").asInt();
    this.rate = asked.path("rate").asDouble();
  }

  private static JsonNode asked(String input) {
    try {
      return JSON.readTree(input).path("forwardedProps");
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** Sends what comes before the text; completes when the end is sent. */
  Future<Void> begin(long now) {
    began = now;
    send(event("RUN_STARTED").put("threadId", run.run().threadId()).put("runId", runId()));
    send(event("TOOL_CALL_START").put("toolCallId", TOOL).put("toolCallName", "clock"));
    send(event("TOOL_CALL_ARGS").put("toolCallId", TOOL).put("delta", "{}"));
    send(event("TOOL_CALL_END").put("toolCallId", TOOL));
    ObjectNode result = event("TOOL_CALL_RESULT").put("messageId", "r1").put("toolCallId", TOOL);
    send(result.put("content", Long.toString(now)).put("role", "tool"));
    send(event("TEXT_MESSAGE_START").put("messageId", message).put("role", "assistant"));
    return written.future();
  }

  private String runId() {
    return run.run().runId();
  }

  private static ObjectNode event(String type) {
    return JSON.createObjectNode().put("type", type);
  }

  private Future<Void> send(ObjectNode event) {
    return run.send(event.toString());
  }

  /** Sends what is due. */
  void write(long now) {
    while (sent < tokens && now >= due(sent)) {
      late = Math.max(late, now - due(sent));
      send(event("TEXT_MESSAGE_CONTENT").put("messageId", message).put("delta", text.token(sent)))
          .onSuccess(stored -> acknowledged++);
      sent++;
    }
    if (sent == tokens && !written.future().isComplete()) {
      send(event("TEXT_MESSAGE_END").put("messageId", message));
      ObjectNode end = event("RUN_FINISHED").put("threadId", run.run().threadId());
      send(end.put("runId", runId()).put("result", tokens + " " + late));
      written.complete();
    }
  }

  private long due(int number) {
    return began + Math.round((number + 1) / rate * MICROS);
  }

  /** Returns the run and the tokens that are acknowledged; none: there is nothing new. */
  @Nullable String news() {
    if (acknowledged == reported) {
      return null;
    }
    reported = acknowledged;
    return run.run().run() + " " + acknowledged;
  }
}
