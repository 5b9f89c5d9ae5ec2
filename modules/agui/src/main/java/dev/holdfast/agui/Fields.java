package dev.holdfast.agui;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The members of one JSON object, each taken by name and type; what nobody took is the rest. An
 * optional member that is null counts as absent, and is taken out: several frameworks write it so,
 * and stock readers refuse it.
 */
final class Fields {
  /** The largest integer that a JavaScript reader has exactly. */
  private static final long MAX_INTEGER = 9_007_199_254_740_991L;

  private final ObjectNode json;
  private final String where;
  private final Set<String> taken = new HashSet<>();

  /**
   * @param where the beginning of messages, for example {@code messages/3/}
   */
  Fields(JsonNode json, String where) {
    this.where = where;
    if (!(json instanceof ObjectNode object)) {
      throw Json.refusal(where + ": an object");
    }
    this.json = object;
  }

  String text(String name) {
    JsonNode value = needed(name, JsonNode::isTextual, "a string");
    return value.textValue();
  }

  @Nullable String textOrNull(String name) {
    JsonNode value = optional(name, JsonNode::isTextual, "a string");
    return value == null ? null : value.textValue();
  }

  String oneOf(String name, Set<String> allowed) {
    return checked(name, text(name), allowed);
  }

  @Nullable String oneOfOrNull(String name, Set<String> allowed) {
    String text = textOrNull(name);
    return text == null ? null : checked(name, text, allowed);
  }

  private String checked(String name, String text, Set<String> allowed) {
    require(allowed.contains(text), name, "one of " + allowed.stream().sorted().toList());
    return text;
  }

  boolean flag(String name, boolean absent) {
    JsonNode value = optional(name, JsonNode::isBoolean, "true or false");
    return value == null ? absent : value.booleanValue();
  }

  /** A whole number that JavaScript can hold, not below {@code min}. */
  @Nullable Long integerOrNull(String name, long min) {
    JsonNode value = optional(name, number -> isInteger(number, min), "an integer");
    return value == null ? null : Long.valueOf(value.decimalValue().longValueExact());
  }

  private static boolean isInteger(JsonNode value, long min) {
    if (!value.isNumber() || value.isDouble() && !Double.isFinite(value.doubleValue())) {
      return false;
    }
    var number = value.decimalValue();
    boolean whole = number.stripTrailingZeros().scale() <= 0;
    return whole
        && Math.abs((long) number.precision() - number.scale()) < 18
        && number.longValueExact() >= min
        && Math.abs(number.longValueExact()) <= MAX_INTEGER;
  }

  ObjectNode object(String name) {
    return (ObjectNode) needed(name, JsonNode::isObject, "an object");
  }

  @Nullable ObjectNode objectOrNull(String name) {
    return (ObjectNode) optional(name, JsonNode::isObject, "an object");
  }

  ArrayNode array(String name) {
    return (ArrayNode) needed(name, JsonNode::isArray, "an array");
  }

  @Nullable ArrayNode arrayOrNull(String name) {
    return (ArrayNode) optional(name, JsonNode::isArray, "an array");
  }

  /** Any JSON value, null too. */
  JsonNode any(String name) {
    return needed(name, value -> true, "");
  }

  /** Any JSON value; none: the member is absent or null. */
  @Nullable JsonNode anyOrNull(String name) {
    return optional(name, value -> true, "");
  }

  /** Each element of an array, read with its place in its messages. */
  <T> List<T> each(String name, ArrayNode array, Function<Fields, T> reader) {
    List<T> elements = new ArrayList<>(array.size());
    for (int i = 0; i < array.size(); i++) {
      elements.add(reader.apply(new Fields(array.get(i), where + name + "/" + i + "/")));
    }
    return elements;
  }

  Fields within(String name) {
    return new Fields(object(name), where + name + "/");
  }

  boolean has(String name) {
    return json.hasNonNull(name);
  }

  ObjectNode json() {
    return json;
  }

  /** The members that were not taken; none: all were taken. */
  @Nullable ObjectNode rest() {
    @Nullable ObjectNode rest = null;
    for (var member : json.properties()) {
      if (!taken.contains(member.getKey())) {
        rest = rest == null ? Json.object() : rest;
        rest.set(member.getKey(), member.getValue());
      }
    }
    return rest;
  }

  private JsonNode needed(String name, Predicate<JsonNode> type, String expected) {
    taken.add(name);
    JsonNode value = json.get(name);
    require(value != null, name, "missing");
    require(type.test(value), name, expected);
    return value;
  }

  private @Nullable JsonNode optional(String name, Predicate<JsonNode> type, String expected) {
    taken.add(name);
    JsonNode value = json.get(name);
    if (value == null || value.isNull()) {
      json.remove(name);
      return null;
    }
    require(type.test(value), name, expected);
    return value;
  }

  void require(boolean holds, String name, String expected) {
    if (!holds) {
      throw Json.refusal(where + name + ": " + expected);
    }
  }
}
