package dev.holdfast.redis.server;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The version of a Redis; of a Valkey, the version of Redis that it is compatible with. */
public record ServerVersion(int major, int minor) {
  public static final ServerVersion OLDEST = new ServerVersion(6, 2);
  private static final Pattern NUMBERS = Pattern.compile("(\\d+)\\.(\\d+)");

  /** Returns the first version number in a text; 0.0 if there is none. */
  public static ServerVersion of(String text) {
    Matcher numbers = NUMBERS.matcher(text);
    return numbers.find()
        ? new ServerVersion(Integer.parseInt(numbers.group(1)), Integer.parseInt(numbers.group(2)))
        : new ServerVersion(0, 0);
  }

  public boolean isSupported() {
    return major > OLDEST.major || (major == OLDEST.major && minor >= OLDEST.minor);
  }

  @Override
  public String toString() {
    return major + "." + minor;
  }
}
