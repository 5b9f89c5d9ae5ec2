package dev.holdfast.app.cluster.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What events of a run add up to, put together by other code than the product's: texts, arguments,
 * results and state, each under a name of its own. Only the run's own, which its id begins.
 */
final class RunFold {
  private final String run;
  private final Map<String, String> parts = new TreeMap<>();
  private @Nullable String end;

  RunFold(String run) {
    this.run = run;
  }

  static RunFold of(String run, Iterable<JsonNode> events) {
    RunFold fold = new RunFold(run);
    events.forEach(fold::event);
    return fold;
  }

  void event(JsonNode event) {
    String message = "text " + event.path("messageId").asText();
    String call = "call " + event.path("toolCallId").asText();
    switch (event.path("type").asText()) {
      case "TEXT_MESSAGE_START" -> grow(message, "");
      case "TEXT_MESSAGE_CONTENT", "TEXT_MESSAGE_CHUNK" -> grow(message, text(event, "delta"));
      case "TOOL_CALL_START" -> grow(call, "");
      case "TOOL_CALL_ARGS" -> grow(call, text(event, "delta"));
      case "TOOL_CALL_RESULT" -> grow(message, text(event, "content"));
      case "STATE_DELTA" -> event.path("delta").forEach(one -> state(one));
      case "RUN_FINISHED", "RUN_ERROR" -> end = event.path("type").asText();
      default -> {
        // It adds nothing.
      }
    }
  }

  /** Takes a snapshot, which stands for all that was before it. */
  void document(JsonNode snapshot) {
    parts.clear();
    end = snapshot.path("end").path("type").asText(null);
    for (JsonNode message : snapshot.path("messages")) {
      String id = message.path("id").asText();
      if (message.has("content") || !message.has("toolCalls")) {
        own("text " + id, id, text(message, "content"));
      }
      for (JsonNode call : message.path("toolCalls")) {
        String name = call.path("id").asText();
        own("call " + name, name, text(call.path("function"), "arguments"));
      }
    }
    snapshot
        .path("state")
        .properties()
        .forEach(one -> own("state " + one.getKey(), one.getKey(), one.getValue() + ""));
  }

  private void state(JsonNode operation) {
    String name = operation.path("path").asText().substring(1);
    parts.put("state " + name, operation.path("value").toString());
  }

  private void own(String name, String id, String value) {
    if (id.startsWith(run + "-")) {
      parts.put(name, value);
    }
  }

  private void grow(String name, String more) {
    parts.merge(name, more, String::concat);
  }

  private static String text(JsonNode node, String member) {
    return node.path(member).asText("");
  }

  Map<String, String> parts() {
    return parts;
  }

  /** The type of the event that ended it; none: it goes on. */
  @Nullable String end() {
    return end;
  }

  /** Returns whether each part of this one is a beginning of the other's. */
  boolean isWithin(RunFold other) {
    return parts.entrySet().stream()
        .allMatch(
            part ->
                other.parts.containsKey(part.getKey())
                    && other.parts.get(part.getKey()).startsWith(part.getValue()));
  }

  @Override
  public String toString() {
    return parts + " " + end;
  }
}
