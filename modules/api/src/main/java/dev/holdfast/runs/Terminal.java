package dev.holdfast.runs;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Set;

/** The events that end a run, as JSON. */
final class Terminal {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String FINISHED = "RUN_FINISHED";
  private static final String ERROR = "RUN_ERROR";
  private static final Set<String> TYPES = Set.of(FINISHED, ERROR);

  private Terminal() {}

  /** Returns whether an event ends its run; what is no JSON ends none. */
  static boolean is(String event) {
    if (!event.contains(FINISHED) && !event.contains(ERROR)) {
      return false;
    }
    try {
      return TYPES.contains(JSON.readTree(event).path("type").asText());
    } catch (JsonProcessingException e) {
      return false;
    }
  }

  static String finished(RunView run, boolean cancelled) {
    ObjectNode end = JSON.createObjectNode().put("type", FINISHED);
    end.put("threadId", run.threadId()).put("runId", run.runId());
    if (cancelled) {
      end.putObject("outcome").put("type", "cancelled");
    }
    return end.toString();
  }

  static String error(String message) {
    return JSON.createObjectNode().put("type", ERROR).put("message", message).toString();
  }

  static String error(String message, String code) {
    ObjectNode end = JSON.createObjectNode().put("type", ERROR).put("message", message);
    return end.put("code", code).toString();
  }
}
