package dev.holdfast.agui.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.agui.Json;
import org.jspecify.annotations.Nullable;

/**
 * A JSON object with one text member that grows by pieces, each in constant time; the object has
 * the text after {@link #json}. Not safe for several threads.
 */
final class Growing {
  private final ObjectNode json;
  private final ObjectNode holder;
  private final String member;
  private @Nullable StringBuilder text;

  /** Weight of the whole, as {@link Json#weight} measures it. */
  private int weight;

  /**
   * @param json owned by this from now on
   * @param holder the object that has the member: this one, or one within it
   */
  Growing(ObjectNode json, ObjectNode holder, String member) {
    this.json = json;
    this.holder = holder;
    this.member = member;
    weight = Json.weight(json);
  }

  /** A message, whose content grows. */
  static Growing message(ObjectNode json) {
    return new Growing(json, json, "content");
  }

  /** A tool call, whose arguments grow. */
  static Growing call(ObjectNode json) {
    return new Growing(json, (ObjectNode) json.get("function"), "arguments");
  }

  /** Appends; a content that was no text is replaced, as AG-UI's client does it. */
  void append(String piece) {
    if (text == null) {
      JsonNode now = holder.get(member);
      text = new StringBuilder(now != null && now.isTextual() ? now.textValue() : "");
    }
    text.append(piece);
  }

  /** The text so far; empty if the member is no text. */
  String text() {
    return text == null ? holder.path(member).asText() : text.toString();
  }

  /** The object with all of the text. */
  ObjectNode json() {
    if (text != null) {
      holder.put(member, text.toString());
    }
    return json;
  }

  /** The object for anything but that text. */
  ObjectNode rest() {
    return json;
  }

  int weight() {
    return weight;
  }

  void heavier(int by) {
    weight += by;
  }

  String id() {
    return json.path("id").asText();
  }

  String role() {
    return json.path("role").asText();
  }
}
