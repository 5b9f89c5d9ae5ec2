package dev.holdfast.agui.stock;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.agui.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Runs and events with one thing changed. */
final class Mutations {
  private static final List<JsonNode> STRANGERS =
      List.of(
          Json.parse("7"),
          Json.parse("1.5"),
          Json.parse("-1"),
          Json.parse("true"),
          Json.parse("\"strange\""),
          Json.parse("[]"),
          Json.parse("[1]"),
          Json.parse("{}"));

  private Mutations() {}

  /** One event dropped, doubled, swapped with the next, moved, or taken from another run. */
  static List<ObjectNode> ofRun(List<ObjectNode> run, List<ObjectNode> other, Random random) {
    List<ObjectNode> changed = new ArrayList<>(run);
    int at = random.nextInt(run.size() - 1);
    switch (random.nextInt(5)) {
      case 0 -> changed.remove(at);
      case 1 -> changed.add(at, run.get(at));
      case 2 -> changed.set(at + 1, changed.set(at, run.get(at + 1)));
      case 3 -> changed.add(random.nextInt(changed.size()), changed.remove(at));
      default -> changed.add(at, other.get(random.nextInt(other.size())));
    }
    return changed;
  }

  /** The run with some of its texts opened again after their end, as some agents do it. */
  static List<ObjectNode> reopened(List<ObjectNode> run, Random random) {
    List<ObjectNode> changed = new ArrayList<>();
    for (ObjectNode event : run) {
      changed.add(event);
      boolean ends = event.path("type").asText().equals("TEXT_MESSAGE_END");
      if (ends && random.nextBoolean()) {
        ObjectNode start = event.deepCopy().put("type", "TEXT_MESSAGE_START");
        changed.add(start.put("role", "assistant"));
        ObjectNode content = event.deepCopy().put("type", "TEXT_MESSAGE_CONTENT");
        changed.add(content.put("delta", "again"));
        changed.add(event.deepCopy());
      }
    }
    return changed;
  }

  /** The event with each of its members, at any depth, null. */
  static List<JsonNode> withNulls(JsonNode event) {
    List<JsonNode> changed = new ArrayList<>();
    nulls(event, event, changed);
    return changed;
  }

  private static void nulls(JsonNode event, JsonNode at, List<JsonNode> changed) {
    if (at instanceof ObjectNode object) {
      for (var member : List.copyOf(object.properties())) {
        String name = member.getKey();
        JsonNode value = object.get(name);
        object.putNull(name);
        changed.add(event.deepCopy());
        object.set(name, value);
      }
    }
    at.forEach(child -> nulls(event, child, changed));
  }

  /** The event with each of its members, at any depth, taken out or of another type. */
  static List<JsonNode> ofEvent(JsonNode event) {
    List<JsonNode> changed = new ArrayList<>();
    mutate(event, event, changed, 0);
    return changed;
  }

  /**
   * Of a union's name another one is not malformed but of a later version, and kept by us; there
   * their schemas are asked behind a stage that takes it out.
   */
  private static boolean names(String member, int depth) {
    return depth == 0
        ? member.equals("type")
        : member.equals("type") || member.equals("role") || member.equals("op");
  }

  private static void mutate(JsonNode event, JsonNode at, List<JsonNode> changed, int depth) {
    if (at instanceof ObjectNode object) {
      for (var member : List.copyOf(object.properties())) {
        String name = member.getKey();
        JsonNode value = object.remove(name);
        changed.add(event.deepCopy());
        for (JsonNode stranger : STRANGERS) {
          if (!names(name, depth) || !stranger.isTextual()) {
            object.set(name, stranger);
            changed.add(event.deepCopy());
          }
        }
        object.set(name, value);
        mutate(event, value, changed, depth + 1);
      }
    } else if (at instanceof ArrayNode array) {
      for (int i = 0; i < array.size(); i++) {
        JsonNode value = array.get(i);
        for (JsonNode stranger : STRANGERS) {
          array.set(i, stranger);
          changed.add(event.deepCopy());
        }
        array.set(i, value);
        mutate(event, value, changed, depth + 1);
      }
    }
  }
}
