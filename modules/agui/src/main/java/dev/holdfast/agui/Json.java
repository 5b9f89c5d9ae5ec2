package dev.holdfast.agui;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.JsonText;

/**
 * JSON text ↔ tree, strictly: one value, no member twice, nested at most {@link
 * JsonText#MAX_NESTING} deep. Safe on any thread.
 */
public final class Json {
  /**
   * Limits the levels of an event, and of what a patch makes of a document: snapshots and frames
   * hold it some levels down, and have to be readable, too.
   */
  public static final int MAX_DEPTH = JsonText.MAX_NESTING - 10;

  private static final ObjectMapper MAPPER =
      JsonMapper.builder(
              JsonText.strict(JsonText.MAX_NESTING, StreamReadConstraints.DEFAULT_MAX_NAME_LEN))
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .build();

  private Json() {}

  /** An empty object. */
  public static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  /** An empty array. */
  public static ArrayNode array() {
    return MAPPER.createArrayNode();
  }

  /** Parses a text; throws {@code BAD_REQUEST} if it is not JSON. */
  public static JsonNode parse(String text) {
    JsonNode value;
    try {
      value = MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      throw refusal("not valid JSON, nested too deeply, or a member stands twice");
    }
    if (value == null || value.isMissingNode()) {
      throw refusal("empty");
    }
    return value;
  }

  /**
   * The value as text. Half a surrogate pair is written as an escape, for it can't be encoded: so a
   * delta that cuts a pair in two arrives as it was sent, and a reader that joins the deltas has
   * the character again.
   */
  public static String text(JsonNode value) {
    try {
      return escapeHalves(MAPPER.writeValueAsString(value));
    } catch (JsonProcessingException e) {
      throw new HoldfastException(ErrorCode.INTERNAL, "not writable: " + e.getOriginalMessage());
    }
  }

  private static String escapeHalves(String text) {
    StringBuilder escaped = null;
    int copied = 0;
    for (int i = 0; i < text.length(); i++) {
      if (!Character.isSurrogate(text.charAt(i))) {
        continue;
      }
      if (isPair(text, i)) {
        i++;
        continue;
      }
      escaped = escaped == null ? new StringBuilder(text.length() + 16) : escaped;
      escaped.append(text, copied, i).append(String.format("\\u%04x", (int) text.charAt(i)));
      copied = i + 1;
    }
    return escaped == null ? text : escaped.append(text, copied, text.length()).toString();
  }

  private static boolean isPair(String text, int at) {
    return Character.isHighSurrogate(text.charAt(at))
        && at + 1 < text.length()
        && Character.isLowSurrogate(text.charAt(at + 1));
  }

  /** The number of characters that the value has as text, roughly: the measure of sizes. */
  public static int weight(JsonNode value) {
    if (value.isTextual()) {
      return value.textValue().length() + 2;
    }
    int weight = 2;
    if (value.isObject()) {
      for (var member : value.properties()) {
        weight += member.getKey().length() + 4 + weight(member.getValue());
      }
    } else if (value.isArray()) {
      for (JsonNode element : value) {
        weight += 1 + weight(element);
      }
    } else {
      weight = value.isNumber() ? value.asText().length() : 5;
    }
    return weight;
  }

  /** Returns whether the value has more levels of objects and arrays than that. */
  public static boolean isDeeper(JsonNode value, int levels) {
    if (!value.isContainerNode()) {
      return false;
    }
    if (levels <= 0) {
      return true;
    }
    for (JsonNode each : value) {
      if (isDeeper(each, levels - 1)) {
        return true;
      }
    }
    return false;
  }

  /** Returns whether it is a JSON Pointer (RFC 6901); by hand, as some are too long for a regex. */
  public static boolean isPointer(String text) {
    if (!text.isEmpty() && text.charAt(0) != '/') {
      return false;
    }
    for (int i = text.indexOf('~'); i >= 0; i = text.indexOf('~', i + 1)) {
      if (!text.startsWith("0", i + 1) && !text.startsWith("1", i + 1)) {
        return false;
      }
    }
    return true;
  }

  static HoldfastException refusal(String message) {
    return HoldfastException.withPublicMessage(ErrorCode.BAD_REQUEST, message);
  }
}
