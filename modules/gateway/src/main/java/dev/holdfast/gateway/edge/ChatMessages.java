package dev.holdfast.gateway.edge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.agui.Json;
import dev.holdfast.gateway.http.Problem;
import java.util.HashSet;
import java.util.Set;

/**
 * Messages of a page, part by part, → AG-UI's. An assistant's message becomes several where it has
 * spoken after a tool's result. What only pages show (reasoning, steps, data) is left out.
 */
final class ChatMessages {
  private static final String TOOL = "tool-";

  private final ArrayNode messages = Json.array();
  private final ArrayNode resume = Json.array();
  private final Set<String> calls = new HashSet<>();

  ArrayNode messages() {
    return messages;
  }

  /** Returns the answers that the page's user has given. */
  ArrayNode resume() {
    return resume;
  }

  /** Returns the ids of tool calls. */
  Set<String> calls() {
    return calls;
  }

  void add(JsonNode message) {
    String id = AguiEdge.text(message, "id");
    String role = message.path("role").asText();
    switch (role) {
      case "assistant" -> new Turn(id).add(message.path("parts"));
      case "user" -> {
        resume.removeAll(); // what was answered before it, an earlier run has
        said(id, role).set("content", content(message.path("parts")));
      }
      case "system" -> said(id, role).put("content", text(message.path("parts")));
      default -> throw Problem.badRequest("messages: role " + role);
    }
  }

  private ObjectNode said(String id, String role) {
    return messages.addObject().put("id", id).put("role", role);
  }

  private static String text(JsonNode parts) {
    StringBuilder text = new StringBuilder();
    for (JsonNode part : parts) {
      if (part.path("type").asText().equals("text")) {
        text.append(part.path("text").asText());
      }
    }
    return text.toString();
  }

  /** A text; with files a list of contents. */
  private static JsonNode content(JsonNode parts) {
    ArrayNode contents = Json.array();
    boolean hasFile = false;
    for (JsonNode part : parts) {
      String type = part.path("type").asText();
      if (type.equals("text")) {
        contents.addObject().put("type", "text").put("text", part.path("text").asText());
      } else if (type.equals("file")) {
        hasFile = true;
        contents.add(file(part));
      }
    }
    return hasFile ? contents : Json.object().textNode(text(parts));
  }

  private static ObjectNode file(JsonNode part) {
    String type = part.path("mediaType").asText();
    String kind = type.replaceAll("/.*", "");
    boolean isMedia = Set.of("image", "audio", "video").contains(kind);
    ObjectNode file = Json.object().put("type", isMedia ? kind : "document");
    String url = part.path("url").asText();
    int data = url.startsWith("data:") ? url.indexOf(";base64,") : -1;
    ObjectNode source = file.putObject("source").put("type", data < 0 ? "url" : "data");
    source.put("value", data < 0 ? url : url.substring(data + ";base64,".length()));
    source.put("mimeType", type);
    return file;
  }

  /** One message of the assistant. */
  private final class Turn {
    private final String id;
    private final StringBuilder text = new StringBuilder();
    private ArrayNode toolCalls = Json.array();
    private ArrayNode results = Json.array();
    private int count;

    Turn(String id) {
      this.id = id;
    }

    void add(JsonNode parts) {
      for (JsonNode part : parts) {
        String type = part.path("type").asText();
        if (type.equals("text")) {
          if (!toolCalls.isEmpty()) {
            flush();
          }
          text.append(part.path("text").asText());
        } else if (type.equals("dynamic-tool") || type.startsWith(TOOL)) {
          boolean isDynamic = type.equals("dynamic-tool");
          call(part, isDynamic ? part.path("toolName").asText() : type.substring(TOOL.length()));
        }
      }
      flush();
    }

    private void call(JsonNode part, String name) {
      String call = AguiEdge.text(part, "toolCallId");
      calls.add(call);
      ObjectNode function =
          toolCalls.addObject().put("id", call).put("type", "function").putObject("function");
      JsonNode input = part.path("input");
      function.put("name", name);
      function.put("arguments", input.isMissingNode() ? "{}" : Json.text(input));
      switch (part.path("state").asText()) {
        case "output-available" -> result(call, value(part.path("output")));
        case "output-error" -> {
          String error = part.path("errorText").asText();
          result(call, error).put("error", error);
        }
        case "approval-responded" -> answered(part.path("approval"));
        default -> {}
      }
    }

    private ObjectNode result(String call, String content) {
      ObjectNode result = results.addObject().put("id", call + "-result").put("role", "tool");
      return result.put("toolCallId", call).put("content", content);
    }

    private void answered(JsonNode approval) {
      ObjectNode answer = resume.addObject().put("interruptId", approval.path("id").asText());
      ObjectNode payload = answer.put("status", "resolved").putObject("payload");
      payload.put("approved", approval.path("approved").asBoolean());
      if (approval.has("reason")) {
        payload.set("reason", approval.get("reason"));
      }
    }

    private void flush() {
      if (text.isEmpty() && toolCalls.isEmpty()) {
        return;
      }
      ObjectNode message = said(count == 0 ? id : id + "-" + count, "assistant");
      count++;
      message.put("content", text.toString());
      if (!toolCalls.isEmpty()) {
        message.set("toolCalls", toolCalls);
      }
      messages.addAll(results);
      text.setLength(0);
      toolCalls = Json.array();
      results = Json.array();
    }

    private String value(JsonNode output) {
      return output.isTextual() ? output.textValue() : Json.text(output);
    }
  }
}
