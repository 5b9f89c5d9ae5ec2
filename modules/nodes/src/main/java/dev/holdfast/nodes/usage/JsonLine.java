package dev.holdfast.nodes.usage;

import dev.holdfast.redis.Reply;
import io.vertx.core.json.Json;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** One line of an export: a JSON object that names its kind first. */
final class JsonLine {
  private static final Pattern NUMBER = Pattern.compile("-?[0-9]{1,18}");

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

  /**
   * Adds a whole number that is a text in Redis; none, and what is no such number, are left out.
   */
  JsonLine number(String name, Reply value) {
    return number(name, value.textOr(""));
  }

  JsonLine number(String name, String value) {
    return isNumber(value) ? put(name, Long.parseLong(value)) : this;
  }

  /**
   * Answers whether a text is a whole number of some digits; one by hand, or of a later build, may
   * not be.
   */
  static boolean isNumber(String text) {
    return NUMBER.matcher(text).matches();
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
