package dev.holdfast.agui.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.agui.AguiEvent;
import dev.holdfast.agui.EventType;
import dev.holdfast.agui.Json;
import dev.holdfast.agui.OtherEvent;
import dev.holdfast.agui.Outcome;
import dev.holdfast.agui.RunEvent;
import dev.holdfast.agui.StepEvent;
import dev.holdfast.agui.ToolEvent;
import dev.holdfast.agui.run.UserEvent.Name;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The events of a run's owner: exactly one start and one end, a thought after the start and after
 * each tool's result, each tool's execution and its result, questions to people. They follow from
 * the log alone, so every reader of the log gets the same. Not safe for several threads.
 */
final class Progress {
  private final Fold fold;

  /** Answers to questions of the run before, which this one begins with: AG-UI's. */
  private final List<JsonNode> answers = new ArrayList<>();

  private long startedAt = -1;
  private boolean thinking;
  private boolean ended;

  /** Tool calls whose arguments are complete, and when they were. */
  private final Map<String, Long> executing = new LinkedHashMap<>();

  Progress(Fold fold) {
    this.fold = fold;
  }

  /**
   * @param resume of the run's input
   */
  void answeredBy(JsonNode resume) {
    resume.forEach(answers::add);
  }

  /** Returns the owner's events that follow from this one, which is already folded. */
  List<UserEvent> next(AguiEvent event) {
    long at = event.extras().timestamp() == null ? 0 : event.extras().timestamp();
    List<UserEvent> news = new ArrayList<>(1);
    if (event instanceof RunEvent run) {
      run(run, at, news);
    } else if (event instanceof ToolEvent.End end) {
      news.add(executing(end.toolCallId(), at));
    } else if (event instanceof ToolEvent.Result result) {
      news.add(completed(result, at));
    } else if (event instanceof OtherEvent.Custom custom) {
      custom(custom, at, news);
    } else if (!thinking && isThought(event.type())) {
      thinking = true;
      ObjectNode details = Json.object();
      if (event instanceof StepEvent step) {
        Clipped.put(details, "step", step.stepName());
      }
      news.add(new UserEvent(Name.AGENT_THINKING, at, details));
    }
    return news;
  }

  private static boolean isThought(@Nullable EventType type) {
    return type == EventType.REASONING_START
        || type == EventType.STEP_STARTED
        || type == EventType.TEXT_MESSAGE_START;
  }

  private void run(RunEvent event, long at, List<UserEvent> news) {
    if (startedAt < 0) {
      startedAt = at;
      news.add(new UserEvent(Name.AGENT_STARTED, at, Json.object().put("attempt", 1)));
      answers.forEach(answer -> news.add(resolved(answer.path("interruptId"), answer, at)));
    }
    if (event instanceof RunEvent.Started || ended) {
      return;
    }
    ended = true;
    if (event instanceof RunEvent.Finished finished) {
      finished(finished, at, news);
    } else if (event instanceof RunEvent.Error error) {
      ObjectNode details = ending("error", at, error.usage());
      Clipped.put(details, "code", error.code());
      Clipped.put(details, "message", error.message());
      news.add(new UserEvent(Name.AGENT_COMPLETED, at, details));
    }
  }

  private void finished(RunEvent.Finished event, long at, List<UserEvent> news) {
    Outcome outcome = event.outcome() == null ? Outcome.of(Outcome.SUCCESS) : event.outcome();
    boolean known =
        outcome.type().equals(Outcome.INTERRUPT) || outcome.type().equals(Outcome.CANCELLED);
    String type = known ? outcome.type() : Outcome.SUCCESS;
    news.add(new UserEvent(Name.AGENT_COMPLETED, at, ending(type, at, event.usage())));
    for (ObjectNode interrupt : outcome.interrupts()) {
      news.add(new UserEvent(Name.AGENT_INPUT_REQUIRED, at, question(interrupt)));
    }
  }

  private ObjectNode ending(String outcome, long at, @Nullable JsonNode usage) {
    ObjectNode details = Json.object().put("outcome", outcome);
    details.put("duration_ms", Math.max(0, at - startedAt));
    Clipped.put(details, "usage", usage);
    return details;
  }

  /**
   * Returns details in the words of AG-UI's interrupts, which an input request within a run uses,
   * too.
   */
  private static ObjectNode question(JsonNode interrupt) {
    ObjectNode details = Json.object();
    Clipped.put(details, "request_id", interrupt.path("id").asText());
    Clipped.put(details, "reason", textOf(interrupt, "reason"));
    Clipped.put(details, "tool_call_id", textOf(interrupt, "toolCallId"));
    Clipped.put(details, "expires_at", textOf(interrupt, "expiresAt"));
    Clipped.put(details, "message", textOf(interrupt, "message"));
    JsonNode schema = interrupt.path("responseSchema");
    Clipped.put(details, "response_schema", schema.isObject() ? schema : null);
    return details;
  }

  private UserEvent executing(String toolCallId, long at) {
    executing.put(toolCallId, at);
    ObjectNode details = tool(toolCallId);
    String arguments = fold.toolArguments(toolCallId);
    Clipped.put(details, "arguments", arguments == null ? "" : arguments);
    return new UserEvent(Name.TOOL_EXECUTING, at, details);
  }

  private UserEvent completed(ToolEvent.Result result, long at) {
    thinking = false;
    ObjectNode details = tool(result.toolCallId());
    JsonNode content = result.content();
    Clipped.put(details, "result", content.isTextual() ? content.asText() : Json.text(content));
    Long since = executing.remove(result.toolCallId());
    if (since != null) {
      details.put("duration_ms", Math.max(0, at - since));
    }
    return new UserEvent(Name.TOOL_COMPLETED, at, details);
  }

  private ObjectNode tool(String toolCallId) {
    ObjectNode details = Json.object();
    Clipped.put(details, "tool_name", fold.toolName(toolCallId));
    Clipped.put(details, "tool_call_id", toolCallId);
    return details;
  }

  private void custom(OtherEvent.Custom event, long at, List<UserEvent> news) {
    switch (event.name()) {
      case HoldfastEvents.ATTEMPT -> {
        ObjectNode details = Json.object().put("step", "restart");
        JsonNode attempt = event.value().path("attempt");
        if (attempt.isIntegralNumber()) {
          details.set("attempt", attempt);
        }
        thinking = true;
        executing.clear();
        news.add(new UserEvent(Name.AGENT_THINKING, at, details));
      }
      case HoldfastEvents.INPUT_REQUEST ->
          news.add(new UserEvent(Name.AGENT_INPUT_REQUIRED, at, question(event.value())));
      case HoldfastEvents.INPUT_RESOLVED ->
          news.add(resolved(event.value().path("id"), event.value(), at));
      default -> {}
    }
  }

  private static UserEvent resolved(JsonNode id, JsonNode answer, long at) {
    ObjectNode details = Json.object();
    Clipped.put(details, "request_id", id.asText());
    Clipped.put(details, "status", textOf(answer, "status"));
    return new UserEvent(Name.AGENT_INPUT_RESOLVED, at, details);
  }

  private static @Nullable String textOf(JsonNode object, String member) {
    JsonNode value = object.path(member);
    return value.isTextual() ? value.textValue() : null;
  }

  ObjectNode write() {
    ObjectNode json = Json.object().put("startedAt", startedAt);
    json.put("thinking", thinking).put("ended", ended);
    ObjectNode calls = json.putObject("executing");
    executing.forEach(calls::put);
    return json;
  }

  void read(JsonNode json) {
    startedAt = json.path("startedAt").asLong(-1);
    thinking = json.path("thinking").asBoolean();
    ended = json.path("ended").asBoolean();
    json.path("executing")
        .properties()
        .forEach(call -> executing.put(call.getKey(), call.getValue().asLong()));
  }
}
