package dev.holdfast.agui.ui;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.agui.Json;
import dev.holdfast.agui.ToolEvent;
import dev.holdfast.core.HoldfastException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Tool calls in the AI SDK's words. A reader there breaks off at the result of a call that it does
 * not know, so such a result is left out. Not safe for several threads.
 */
final class UiTools {
  private record Open(String name, StringBuilder arguments) {}

  private final Map<String, Open> open = new HashMap<>();
  private final Set<String> known;

  UiTools(Set<String> known) {
    this.known = new HashSet<>(known);
  }

  boolean isAnyOpen() {
    return !open.isEmpty();
  }

  boolean knows(String toolCallId) {
    return known.contains(toolCallId);
  }

  void next(ToolEvent event, List<ObjectNode> out) {
    if (event instanceof ToolEvent.Start start) {
      known.add(start.toolCallId());
      open.put(start.toolCallId(), new Open(start.toolCallName(), new StringBuilder()));
      out.add(named("tool-input-start", start.toolCallId(), start.toolCallName()));
    } else if (event instanceof ToolEvent.Args args && open.containsKey(args.toolCallId())) {
      open.get(args.toolCallId()).arguments().append(args.delta());
      out.add(chunk("tool-input-delta", args.toolCallId()).put("inputTextDelta", args.delta()));
    } else if (event instanceof ToolEvent.End end && open.containsKey(end.toolCallId())) {
      out.add(input(end.toolCallId(), open.remove(end.toolCallId())));
    } else if (event instanceof ToolEvent.Result result && knows(result.toolCallId())) {
      result(result, out);
    }
  }

  /** Arguments that are still growing end here: a part that has a result does not go back. */
  private void result(ToolEvent.Result result, List<ObjectNode> out) {
    Open growing = open.remove(result.toolCallId());
    if (growing != null) {
      out.add(input(result.toolCallId(), growing));
    }
    ObjectNode output = chunk("tool-output-available", result.toolCallId());
    output.set("output", output(result.content()));
    out.add(output.put("dynamic", true));
  }

  /** The arguments as JSON; as an error with their text if they are none. */
  private static ObjectNode input(String id, Open call) {
    String arguments = call.arguments().toString();
    try {
      ObjectNode available = named("tool-input-available", id, call.name());
      available.set("input", arguments.isBlank() ? Json.object() : Json.parse(arguments));
      return available;
    } catch (HoldfastException e) {
      ObjectNode error = named("tool-input-error", id, call.name());
      return error.put("input", arguments).put("errorText", "The arguments are not JSON.");
    }
  }

  /** A text that is JSON becomes the value: what a tool's part shows is data. */
  private static JsonNode output(JsonNode content) {
    if (!content.isTextual()) {
      return content;
    }
    try {
      JsonNode value = Json.parse(content.textValue());
      return value.isContainerNode() ? value : content;
    } catch (HoldfastException e) {
      return content;
    }
  }

  private static ObjectNode named(String type, String id, String name) {
    return chunk(type, id).put("toolName", name).put("dynamic", true);
  }

  private static ObjectNode chunk(String type, String id) {
    return Json.object().put("type", type).put("toolCallId", id);
  }
}
