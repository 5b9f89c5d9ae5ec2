package dev.holdfast.sessions;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** The bounds of a session's attributes. */
final class Attributes {
  private static final int MOST = 64;
  private static final int LONGEST_KEY = 64;
  private static final int LONGEST_VALUE = 4_096;

  /** The size of a frame: 64 of the longest would take 786,432 bytes, of each session. */
  private static final int MOST_BYTES = 64 * 1_024;

  private Attributes() {}

  /** Returns a copy; BAD_REQUEST if it is out of bounds. */
  static Map<String, String> checked(Map<String, String> attributes) {
    if (attributes.size() > MOST) {
      throw HoldfastException.withPublicMessage(
          ErrorCode.BAD_REQUEST, "attributes: at most " + MOST);
    }
    attributes.forEach(Attributes::check);
    long bytes = attributes.entrySet().stream().mapToLong(Attributes::bytes).sum();
    if (bytes > MOST_BYTES) {
      throw HoldfastException.withPublicMessage(
          ErrorCode.BAD_REQUEST,
          "attributes: " + bytes + " bytes of keys and values, at most " + MOST_BYTES);
    }
    return Map.copyOf(attributes);
  }

  private static long bytes(Map.Entry<String, String> attribute) {
    return (attribute.getKey() + attribute.getValue()).getBytes(StandardCharsets.UTF_8).length;
  }

  private static void check(String key, String value) {
    if (key.isEmpty() || key.length() > LONGEST_KEY) {
      throw HoldfastException.withPublicMessage(
          ErrorCode.BAD_REQUEST, "attributes: a key has 1 to " + LONGEST_KEY + " characters");
    }
    if (value == null || value.length() > LONGEST_VALUE) {
      throw HoldfastException.withPublicMessage(
          ErrorCode.BAD_REQUEST, "attributes: a value has up to " + LONGEST_VALUE + " characters");
    }
  }
}
