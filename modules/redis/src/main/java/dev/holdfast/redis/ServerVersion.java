package dev.holdfast.redis;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The version that a Redis names, or that a Valkey says it is compatible with. */
record ServerVersion(int major, int minor) {
  static final ServerVersion OLDEST = new ServerVersion(6, 2);
  private static final Pattern NUMBERS = Pattern.compile("(\\d+)\\.(\\d+)");

  /** The first version number in a text; 0.0 where there is none. */
  static ServerVersion of(String text) {
    Matcher numbers = NUMBERS.matcher(text);
    return numbers.find()
        ? new ServerVersion(Integer.parseInt(numbers.group(1)), Integer.parseInt(numbers.group(2)))
        : new ServerVersion(0, 0);
  }

  boolean isSupported() {
    return major > OLDEST.major || (major == OLDEST.major && minor >= OLDEST.minor);
  }

  @Override
  public String toString() {
    return major + "." + minor;
  }
}
