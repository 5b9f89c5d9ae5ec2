package dev.holdfast.runs.service;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.agui.Json;
import dev.holdfast.runs.records.RunInput;
import dev.holdfast.runs.records.RunSpec;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;

/**
 * The input of a run that waited for its thread, with what the runs before it have left.
 *
 * @param own how many of its messages, the last ones, are the run's own
 */
record ContinuedInput(String text, int own) {

  /**
   * Puts a thread's messages before those of the input, each id once, as the thread has it, and
   * takes the thread's state. The thread's oldest messages go if it would be larger than an input
   * may be; if it is with none of them, the input stays as it is. Done again, it changes nothing;
   * if the thread has come to something else meanwhile, it is as if it had not been done before.
   *
   * @param input AG-UI's {@code RunAgentInput}, as a run was started with it, or as this made it
   * @param document {@code {messages, state, …}}, as the run before has left it
   * @param own how many messages of the input, the last ones, are the run's own; -1: all
   */
  static ContinuedInput of(String input, byte[] document, long own) {
    ObjectNode json = (ObjectNode) Json.parse(input);
    JsonNode given = json.path("messages");
    int first = own < 0 ? 0 : (int) Math.max(0, given.size() - own);
    JsonNode thread = Json.parse(new String(document, StandardCharsets.UTF_8));
    ArrayNode all = Json.array();
    Set<String> known = new HashSet<>();
    for (JsonNode message : thread.path("messages")) {
      known.add(id(message));
      all.add(message);
    }
    int before = all.size();
    for (int i = first; i < given.size(); i++) {
      if (!known.contains(id(given.get(i)))) {
        all.add(given.get(i));
      }
    }
    int left = all.size() - before;
    json.set("messages", all);
    if (thread.hasNonNull("state")) {
      json.set("state", thread.get("state"));
    }
    String text = trimmed(json, all, before);
    return bytes(text) <= RunSpec.MOST_INPUT
        ? new ContinuedInput(text, left)
        : new ContinuedInput(input, given.size() - first);
  }

  private static String trimmed(ObjectNode json, ArrayNode all, int most) {
    int left = most;
    String text = Json.text(json);
    while (left > 0 && (bytes(text) > RunSpec.MOST_INPUT || all.size() > RunInput.MOST_MESSAGES)) {
      int over = bytes(text) - RunSpec.MOST_INPUT;
      while (left > 0 && (over > 0 || all.size() > RunInput.MOST_MESSAGES)) {
        over -= bytes(Json.text(all.remove(0)));
        left--;
      }
      text = Json.text(json);
    }
    return text;
  }

  private static String id(JsonNode message) {
    return message.path("id").asText();
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
