package dev.holdfast.nodes.usage;

import dev.holdfast.redis.Reply;
import io.vertx.core.json.Json;
import org.jspecify.annotations.Nullable;

/** One line of an export: a JSON object that names its kind first. */
final class JsonLine {
  private final String kind;
  private final StringBuilder text;

  JsonLine(String kind) {
    this.kind = kind;
    this.text = new StringBuilder("{\"kind\":\"").append(kind).append('"');
  }

  String kind() {
    return kind;
  }

  /** Adds a text; none is left out. */
  JsonLine put(String name, @Nullable String value) {
    return value == null ? this : raw(name, Json.encode(value));
  }

  JsonLine put(String name, long value) {
    return raw(name, Long.toString(value));
  }

  /** Adds a number that is a text in Redis; none, and an empty one, are left out. */
  JsonLine number(String name, Reply value) {
    return value.textOr("").isEmpty() ? this : put(name, value.asLong());
  }

  /**
   * Adds JSON as it was written: a value; line ends, which can be between its parts only, become
   * spaces. None, and an empty one, are left out.
   */
  JsonLine raw(String name, @Nullable String json) {
    if (json != null && !json.isEmpty()) {
      text.append(",\"").append(name).append("\":").append(inOneLine(json));
    }
    return this;
  }

  /**
   * Adds members of a JSON object.
   *
   * @param members as they were written, without the braces around them
   */
  JsonLine members(String members) {
    if (!members.isBlank()) {
      text.append(',').append(inOneLine(members));
    }
    return this;
  }

  private static String inOneLine(String json) {
    return json.replace('\n', ' ').replace('\r', ' ');
  }

  @Override
  public String toString() {
    return text + "}\n";
  }
}
