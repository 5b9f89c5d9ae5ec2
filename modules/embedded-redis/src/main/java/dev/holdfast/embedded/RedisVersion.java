package dev.holdfast.embedded;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A version of Redis, or of what a Valkey says it is compatible with. */
record RedisVersion(int major, int minor, int patch) {
  static final RedisVersion OLDEST = new RedisVersion(6, 2, 0);
  private static final Pattern NUMBERS = Pattern.compile("(\\d+)\\.(\\d+)(?:\\.(\\d+))?");

  /** The first version number in a text; 0.0.0 where there is none. */
  static RedisVersion of(String text) {
    Matcher numbers = NUMBERS.matcher(text);
    if (!numbers.find()) {
      return new RedisVersion(0, 0, 0);
    }
    String patch = numbers.group(3) == null ? "0" : numbers.group(3);
    return new RedisVersion(
        Integer.parseInt(numbers.group(1)),
        Integer.parseInt(numbers.group(2)),
        Integer.parseInt(patch));
  }

  boolean isSupported() {
    return major > OLDEST.major || (major == OLDEST.major && minor >= OLDEST.minor);
  }

  @Override
  public String toString() {
    return major + "." + minor + "." + patch;
  }
}
