package dev.holdfast.sessions;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import java.util.Map;

/** The bounds of a session's attributes. */
final class Attributes {
  private static final int MOST = 64;
  private static final int LONGEST_KEY = 64;
  private static final int LONGEST_VALUE = 4_096;

  private Attributes() {}

  /** A copy; BAD_REQUEST where it is out of bounds. */
  static Map<String, String> checked(Map<String, String> attributes) {
    if (attributes.size() > MOST) {
      throw HoldfastException.told(ErrorCode.BAD_REQUEST, "attributes: at most " + MOST);
    }
    attributes.forEach(Attributes::check);
    return Map.copyOf(attributes);
  }

  private static void check(String key, String value) {
    if (key.isEmpty() || key.length() > LONGEST_KEY) {
      throw HoldfastException.told(
          ErrorCode.BAD_REQUEST, "attributes: a key has 1 to " + LONGEST_KEY + " characters");
    }
    if (value == null || value.length() > LONGEST_VALUE) {
      throw HoldfastException.told(
          ErrorCode.BAD_REQUEST, "attributes: a value has up to " + LONGEST_VALUE + " characters");
    }
  }
}
