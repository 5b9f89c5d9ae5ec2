package dev.holdfast.runs.records;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.agui.Json;
import dev.holdfast.agui.Message;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import java.util.ArrayList;
import java.util.List;

/**
 * What a run begins with, of AG-UI's {@code RunAgentInput}.
 *
 * @param messages the thread's, the new ones too
 * @param state the thread's shared state; a JSON null if there is none
 * @param resume answers to the questions of the run before; no list if there are none
 */
public record RunInput(List<Message> messages, JsonNode state, JsonNode resume) {
  public static final int MOST_MESSAGES = 1_000;

  /** Checks the input of a run that is to start; throws BAD_REQUEST if it is none of this run. */
  public static void check(RunSpec spec) {
    JsonNode json = Json.parse(spec.input());
    boolean itsOwn =
        spec.threadId().equals(json.path("threadId").textValue())
            && spec.runId().equals(json.path("runId").textValue());
    if (!itsOwn) {
      throw refusal("input: of another thread or run");
    }
    int messages = json.path("messages").size();
    if (!json.path("messages").isArray() || messages > MOST_MESSAGES) {
      throw refusal("input/messages: a list of at most " + MOST_MESSAGES);
    }
    of(json);
  }

  /** Reads an input that was checked. */
  public static RunInput read(String input) {
    return of(Json.parse(input));
  }

  private static RunInput of(JsonNode json) {
    List<Message> messages = new ArrayList<>();
    for (JsonNode message : json.path("messages")) {
      if (!(message instanceof ObjectNode object)) {
        throw refusal("input/messages: not an object");
      }
      messages.add(Message.read(object));
    }
    JsonNode state = json.path("state");
    return new RunInput(
        messages, state.isMissingNode() ? NullNode.getInstance() : state, resume(json));
  }

  private static JsonNode resume(JsonNode json) {
    JsonNode resume = json.path("resume");
    if (resume.size() > Questions.MOST_ANSWERS) {
      throw refusal("input/resume: at most " + Questions.MOST_ANSWERS);
    }
    for (JsonNode answer : resume) {
      if (!answer.path("interruptId").isTextual()) {
        throw refusal("input/resume: an interruptId is needed");
      }
    }
    return resume;
  }

  private static HoldfastException refusal(String message) {
    return HoldfastException.withPublicMessage(ErrorCode.BAD_REQUEST, message);
  }
}
