package dev.holdfast.runs.agents;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.agui.Extras;
import dev.holdfast.agui.Json;
import dev.holdfast.agui.Outcome;
import dev.holdfast.agui.ReasoningEvent;
import dev.holdfast.agui.TextEvent;
import dev.holdfast.agui.ToolEvent;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Ids;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Asks a model by the streaming chat completions of an OpenAI-compatible API. Text, reasoning and
 * calls of tools become events as they come. The tools are the client's own: a run with calls is
 * finished, and the next run brings their results.
 */
final class OpenAiQuestion implements Question {
  private static final String DONE = "[DONE]";

  /** Most calls of tools in an answer. */
  private static final int MOST_CALLS = 128;

  /** Reasons to stop that readers need not know of. */
  private static final Set<String> USUAL = Set.of("stop", "tool_calls", "function_call");

  private final Buffer body;
  private final String model;
  private final RunWriter writer;
  private final String message = Ids.fresh();
  private final List<String> calls = new ArrayList<>();

  /** The call that comes at each index; some APIs give all of them the same one. */
  private final Map<Integer, String> current = new HashMap<>();

  private @Nullable String text;
  private @Nullable String reasoning;
  private int texts;
  private @Nullable String reason;
  private @Nullable ArrayNode usage;
  private boolean complete;

  /**
   * @throws AgentException if the input can't be asked there
   */
  OpenAiQuestion(String input, String model, @Nullable String system, RunWriter writer) {
    this.body = Buffer.buffer(Json.text(OpenAiInput.body(Json.parse(input), model, system)));
    this.model = model;
    this.writer = writer;
  }

  @Override
  public Buffer body() {
    return body;
  }

  @Override
  public boolean repeatable() {
    return true;
  }

  @Override
  public void begins() {
    writer.begin();
  }

  @Override
  public void event(String data) {
    if (data.strip().equals(DONE)) {
      complete = true;
      finish();
      return;
    }
    JsonNode chunk = parse(data);
    if (chunk.hasNonNull("error")) {
      throw new AgentException(AgentException.REFUSED, "The model's API broke its answer off.");
    }
    JsonNode choice = chunk.path("choices").path(0);
    delta(choice.path("delta"));
    if (choice.hasNonNull("finish_reason")) {
      reason = choice.path("finish_reason").asText();
    }
    if (chunk.path("usage").isObject()) {
      usage = usage(chunk);
    }
  }

  private static JsonNode parse(String data) {
    try {
      return Json.parse(data);
    } catch (HoldfastException e) {
      throw new AgentException(
          AgentException.BAD_ANSWER, "The model's answer has an event that is not JSON.");
    }
  }

  private void delta(JsonNode delta) {
    String thought = text(delta, "reasoning_content");
    think(thought.isEmpty() ? text(delta, "reasoning") : thought);
    say(text(delta, "content"));
    say(text(delta, "refusal"));
    for (JsonNode call : delta.path("tool_calls")) {
      call(call);
    }
  }

  private static String text(JsonNode of, String name) {
    return of.path(name).isTextual() ? of.path(name).textValue() : "";
  }

  private void think(String delta) {
    if (delta.isEmpty()) {
      return;
    }
    if (reasoning == null) {
      reasoning = Ids.fresh();
      writer.write(new ReasoningEvent.Start(reasoning, Extras.NONE));
      writer.write(new ReasoningEvent.MessageStart(reasoning, Extras.NONE));
    }
    writer.write(new ReasoningEvent.MessageContent(reasoning, delta, Extras.NONE));
  }

  private void endThought() {
    if (reasoning != null) {
      writer.write(new ReasoningEvent.MessageEnd(reasoning, Extras.NONE));
      writer.write(new ReasoningEvent.End(reasoning, Extras.NONE));
      reasoning = null;
    }
  }

  private void say(String delta) {
    if (delta.isEmpty()) {
      return;
    }
    endThought();
    if (text == null) {
      text = texts++ == 0 ? message : Ids.fresh();
      writer.write(new TextEvent.Start(text, "assistant", null, Extras.NONE));
    }
    writer.write(new TextEvent.Content(text, delta, Extras.NONE));
  }

  private void endText() {
    if (text != null) {
      writer.write(new TextEvent.End(text, Extras.NONE));
      text = null;
    }
  }

  /** All calls belong to one message, as the model said them. */
  private void call(JsonNode call) {
    JsonNode function = call.path("function");
    int index = call.path("index").asInt(0);
    String id = current.get(index);
    String given = text(call, "id");
    boolean another = !given.isEmpty() && !given.equals(id) && !text(function, "name").isEmpty();
    if (id == null || another) {
      if (calls.size() == MOST_CALLS || text(function, "name").isEmpty()) {
        throw new AgentException(
            AgentException.BAD_ANSWER,
            "The model's answer calls a tool without a name, or too many.");
      }
      endThought();
      endText();
      id = given.isEmpty() ? Ids.fresh() : given;
      calls.add(id);
      current.put(index, id);
      writer.write(new ToolEvent.Start(id, text(function, "name"), message, Extras.NONE));
    }
    String arguments = text(function, "arguments");
    if (!arguments.isEmpty()) {
      writer.write(new ToolEvent.Args(id, arguments, Extras.NONE));
    }
  }

  private ArrayNode usage(JsonNode chunk) {
    JsonNode counts = chunk.path("usage");
    ArrayNode all = Json.array();
    String said = text(chunk, "model");
    ObjectNode tokens = all.addObject().put("model", said.isEmpty() ? model : said);
    count(tokens, "inputTokens", counts.path("prompt_tokens"));
    count(tokens, "outputTokens", counts.path("completion_tokens"));
    count(tokens, "totalTokens", counts.path("total_tokens"));
    count(
        tokens,
        "reasoningTokens",
        counts.path("completion_tokens_details").path("reasoning_tokens"));
    count(tokens, "cachedInputTokens", counts.path("prompt_tokens_details").path("cached_tokens"));
    return all;
  }

  private static void count(ObjectNode tokens, String name, JsonNode value) {
    if (value.isInt() && value.intValue() >= 0) {
      tokens.put(name, value.intValue());
    }
  }

  @Override
  public boolean isComplete() {
    return complete;
  }

  @Override
  public void ends() {
    if (complete) {
      return;
    }
    if (reason == null) {
      throw new AgentException(AgentException.CUT, "The model's answer broke off.");
    }
    complete = true;
    finish();
  }

  private void finish() {
    endThought();
    endText();
    calls.forEach(id -> writer.write(new ToolEvent.End(id, Extras.NONE)));
    Outcome outcome = Outcome.of(Outcome.SUCCESS);
    if (!calls.isEmpty()) {
      ArrayNode pending = outcome.json().putArray("pendingToolCallIds");
      calls.forEach(pending::add);
    }
    JsonNode result =
        reason == null || USUAL.contains(reason) ? null : Json.object().put("finishReason", reason);
    writer.finish(outcome, result, usage);
  }
}
