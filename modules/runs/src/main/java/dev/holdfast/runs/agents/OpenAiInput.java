package dev.holdfast.runs.agents;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.agui.Json;
import io.netty.util.NetUtil;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/** AG-UI's input → the body of a chat completion. Reasoning and activities are left out. */
final class OpenAiInput {
  private static final String CONTENT = "content";

  private OpenAiInput() {}

  /**
   * @param input AG-UI's {@code RunAgentInput}
   * @param system stands before all messages
   * @throws AgentException if a message has content of a kind that can't be said there
   */
  static ObjectNode body(JsonNode input, String model, @Nullable String system) {
    ObjectNode body = Json.object().put("model", model);
    ArrayNode messages = body.putArray("messages");
    addSystem(messages, system);
    addSystem(messages, context(input.path("context")));
    int at = 0;
    for (JsonNode message : input.path("messages")) {
      add(messages, message, "messages/" + at++ + "/");
    }
    ArrayNode tools = tools(input.path("tools"));
    if (!tools.isEmpty()) {
      body.set("tools", tools);
    }
    body.put("stream", true).putObject("stream_options").put("include_usage", true);
    return body;
  }

  private static void addSystem(ArrayNode messages, @Nullable String text) {
    if (text != null && !text.isBlank()) {
      messages.addObject().put("role", "system").put(CONTENT, text);
    }
  }

  private static String context(JsonNode context) {
    StringBuilder text = new StringBuilder();
    for (JsonNode each : context) {
      text.append(text.isEmpty() ? "" : "\n").append(each.path("description").asText());
      text.append(": ").append(each.path("value").asText());
    }
    return text.toString();
  }

  private static void add(ArrayNode messages, JsonNode message, String at) {
    switch (message.path("role").asText()) {
      case "system", "developer" -> addSystem(messages, message.path(CONTENT).asText());
      case "user" -> {
        ObjectNode user = messages.addObject().put("role", "user");
        user.set(CONTENT, content(message.path(CONTENT), at));
      }
      case "assistant" -> messages.add(assistant(message));
      case "tool" ->
          messages
              .addObject()
              .put("role", "tool")
              .put("tool_call_id", message.path("toolCallId").asText())
              .put(CONTENT, text(message.path(CONTENT)));
      default -> {} // the model does not get it
    }
  }

  private static ObjectNode assistant(JsonNode message) {
    ObjectNode said = Json.object().put("role", "assistant");
    JsonNode content = message.path(CONTENT);
    said.put(CONTENT, content.isTextual() ? content.textValue() : null);
    if (!message.path("toolCalls").isEmpty()) {
      ArrayNode calls = said.putArray("tool_calls");
      for (JsonNode call : message.path("toolCalls")) {
        JsonNode function = call.path("function");
        ObjectNode one = calls.addObject().put("id", call.path("id").asText());
        one.put("type", "function")
            .putObject("function")
            .put("name", function.path("name").asText())
            .put("arguments", function.path("arguments").asText());
      }
    } else if (!content.isTextual()) {
      said.put(CONTENT, "");
    }
    return said;
  }

  private static JsonNode content(JsonNode content, String at) {
    if (!content.isArray()) {
      return content;
    }
    ArrayNode parts = Json.array();
    for (JsonNode part : content) {
      switch (part.path("type").asText()) {
        case "text" ->
            parts.addObject().put("type", "text").put("text", part.path("text").asText());
        case "image" ->
            parts
                .addObject()
                .put("type", "image_url")
                .putObject("image_url")
                .put("url", image(part.path("source"), at));
        default -> throw unsupported(at);
      }
    }
    return parts;
  }

  private static String image(JsonNode source, String at) {
    String value = source.path("value").asText();
    return switch (source.path("type").asText()) {
      case "url" -> address(value, at);
      case "data" -> "data:" + source.path("mimeType").asText() + ";base64," + value;
      default -> throw unsupported(at);
    };
  }

  /**
   * Checks an address that the model's server fetches. That server may be in the same network as
   * this node, so a user can't name what is reached by plain HTTP or by an IP address.
   */
  private static String address(String value, String at) {
    try {
      URI image = URI.create(value);
      if ("https".equalsIgnoreCase(image.getScheme())
          && image.getHost() != null
          && !image.getHost().equalsIgnoreCase("localhost")
          && !image.getHost().startsWith("[")
          && !NetUtil.isValidIpV4Address(image.getHost())) {
        return value;
      }
    } catch (IllegalArgumentException e) {
      // refused below
    }
    throw new AgentException(
        AgentException.BAD_INPUT,
        at + "content: an image's address begins with https://, and a name");
  }

  private static AgentException unsupported(String at) {
    return new AgentException(
        AgentException.BAD_INPUT, at + "content: this agent takes text and images only");
  }

  private static String text(JsonNode content) {
    if (content.isTextual()) {
      return content.textValue();
    }
    StringBuilder text = new StringBuilder();
    content.forEach(part -> text.append(part.path("text").asText()));
    return text.toString();
  }

  private static ArrayNode tools(JsonNode tools) {
    ArrayNode functions = Json.array();
    for (JsonNode tool : tools) {
      ObjectNode function = functions.addObject().put("type", "function").putObject("function");
      function.put("name", tool.path("name").asText());
      function.put("description", tool.path("description").asText());
      if (tool.path("parameters").isObject()) {
        function.set("parameters", tool.path("parameters"));
      }
    }
    return functions;
  }
}
