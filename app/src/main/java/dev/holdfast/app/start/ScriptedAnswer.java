package dev.holdfast.app.start;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.core.Ids;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What the scripted model says, as chunks of a chat completion. It follows from the request alone:
 * the same question has the same answer. If the question names a tool, that is called, and then its
 * result is repeated.
 */
final class ScriptedAnswer {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final JsonNodeFactory JSON = MAPPER.getNodeFactory();
  private static final int LONGEST_QUOTE = 200;
  private static final String CONTENT = "content";
  private static final String FUNCTION = "function";
  private static final String ARGUMENTS = "arguments";

  private static final String TEXT =
      "You said: \"%s\". I am a script and no model, so I know nothing about that. But look at how"
          + " you get these words. Each of them is stored before you see it. Reload this page while"
          + " I speak: the text is whole, and goes on. Open it a second time: both pages show the"
          + " same. Kill the node that this page reads from, if you have two: the other one goes"
          + " on. Kill the node that executes me: the answer ends, and says why. Now I count, so"
          + " that you see if anything is missing: %s. That was all.";

  private static final String COUNT =
      IntStream.rangeClosed(1, 60).mapToObj(Integer::toString).collect(Collectors.joining(" "));

  private final List<JsonNode> chunks = new ArrayList<>();

  private ScriptedAnswer() {}

  /**
   * Returns the answer to the body of a request; throws IllegalArgumentException if it is no JSON.
   */
  static List<JsonNode> of(String body) {
    try {
      return of(MAPPER.readTree(body));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("JSON is needed", e);
    }
  }

  private static List<JsonNode> of(JsonNode request) {
    JsonNode messages = request.path("messages");
    JsonNode last = messages.path(messages.size() - 1);
    String said = text(last.path(CONTENT));
    JsonNode tool = tool(request.path("tools"), said);
    var answer = new ScriptedAnswer();
    if (last.path("role").asText().equals("tool")) {
      answer.say("The tool answered: " + quoted(said));
    } else if (tool.isMissingNode()) {
      answer.say(TEXT.formatted(quoted(said), COUNT));
    } else {
      answer.call(tool.path("name").asText(), arguments(tool, said));
    }
    return answer.chunks;
  }

  /** Returns the function whose name the text has, with blanks or as it is. */
  private static JsonNode tool(JsonNode tools, String text) {
    for (JsonNode tool : tools) {
      String name = tool.path(FUNCTION).path("name").asText();
      if (text.contains(name) || text.contains(name.replaceAll("[_-]", " "))) {
        return tool.path(FUNCTION);
      }
    }
    return MissingNode.getInstance();
  }

  /** Returns what the function needs: texts are the question, all else is as small as it can be. */
  private static String arguments(JsonNode function, String question) {
    JsonNode schema = function.path("parameters");
    ObjectNode arguments = JSON.objectNode();
    for (JsonNode name : schema.path("required")) {
      JsonNode property = schema.path("properties").path(name.asText());
      JsonNode choice = property.path("enum").path(0);
      arguments.set(
          name.asText(),
          choice.isMissingNode() ? value(property.path("type").asText(), question) : choice);
    }
    return arguments.toString();
  }

  private static JsonNode value(String type, String question) {
    return switch (type) {
      case "number", "integer" -> JSON.numberNode(1);
      case "boolean" -> JSON.booleanNode(true);
      case "array" -> JSON.arrayNode();
      case "object" -> JSON.objectNode();
      default -> JSON.textNode(question);
    };
  }

  private static String text(JsonNode content) {
    StringBuilder text = new StringBuilder(content.asText());
    content.forEach(part -> text.append(part.path("text").asText()));
    return text.toString();
  }

  private static String quoted(String text) {
    int[] points = text.strip().codePoints().limit(LONGEST_QUOTE + 1).toArray();
    String quoted = new String(points, 0, Math.min(points.length, LONGEST_QUOTE));
    return points.length > LONGEST_QUOTE ? quoted + "…" : quoted;
  }

  private void say(String text) {
    String[] words = text.split("(?<= )");
    for (String word : words) {
      delta(JSON.objectNode().put(CONTENT, word));
    }
    end("stop", words.length);
  }

  /** The arguments come in two pieces, as those of models come in many. */
  private void call(String name, String arguments) {
    ObjectNode begin = JSON.objectNode().put("id", Ids.fresh()).put("type", FUNCTION);
    part(begin, JSON.objectNode().put("name", name).put(ARGUMENTS, ""));
    int half = arguments.offsetByCodePoints(0, arguments.codePointCount(0, arguments.length()) / 2);
    for (String piece : List.of(arguments.substring(0, half), arguments.substring(half))) {
      part(JSON.objectNode(), JSON.objectNode().put(ARGUMENTS, piece));
    }
    end("tool_calls", 2);
  }

  private void part(ObjectNode call, ObjectNode function) {
    call.put("index", 0).set(FUNCTION, function);
    ObjectNode delta = JSON.objectNode();
    delta.putArray("tool_calls").add(call);
    delta(delta);
  }

  private void delta(ObjectNode delta) {
    choices().addObject().put("index", 0).set("delta", delta);
  }

  private void end(String reason, int tokens) {
    choices().addObject().put("index", 0).put("finish_reason", reason).putObject("delta");
    choices();
    ObjectNode last = (ObjectNode) chunks.get(chunks.size() - 1);
    ObjectNode usage = last.putObject("usage").put("prompt_tokens", 0);
    usage.put("completion_tokens", tokens).put("total_tokens", tokens);
  }

  /** Adds a chunk, and returns its choices. */
  private ArrayNode choices() {
    ObjectNode chunk = JSON.objectNode().put("object", "chat.completion.chunk");
    chunks.add(chunk);
    return chunk.putArray("choices");
  }
}
