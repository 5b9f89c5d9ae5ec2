package dev.holdfast.core;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The one place that says what a name may look like. All names are ASCII, so that two names that
 * look alike are alike, need no escaping in JSON, and can't leave the braces of a Redis hash tag.
 */
public final class Names {
  private static final Pattern TENANT = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
  private static final Pattern USER = Pattern.compile("[A-Za-z0-9._~@|+:/=-]{1,128}");
  private static final Pattern TOPIC = Pattern.compile("[A-Za-z0-9._~/-]{1,128}");
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{1,64}");
  private static final Pattern EVENT = Pattern.compile("[A-Za-z0-9._:/-]{1,128}");

  private Names() {}

  /** 1 to 64 letters, digits, {@code . _ -}; the first a letter or digit. */
  public static String tenant(@Nullable String name) {
    return check(TENANT, name, "tenant");
  }

  /** 1 to 128 letters, digits and {@code . _ ~ @ | + : / = -}. */
  public static String user(@Nullable String name) {
    return check(USER, name, "user");
  }

  /** The name of a topic or of a system channel: 1 to 128 letters, digits and {@code . _ ~ / -}. */
  public static String topic(@Nullable String name) {
    return check(TOPIC, name, "channel");
  }

  /**
   * An identifier of a session, connection, node, run, service or instance: 1 to 64 letters,
   * digits, {@code _ -}.
   */
  public static String id(@Nullable String name, String what) {
    return check(ID, name, what);
  }

  /** An event's name: 1 to 128 letters, digits and {@code . _ : / -}. */
  public static String event(@Nullable String name) {
    return check(EVENT, name, "event");
  }

  private static String check(Pattern pattern, @Nullable String name, String what) {
    if (name == null || !pattern.matcher(name).matches()) {
      throw HoldfastException.withPublicMessage(ErrorCode.BAD_REQUEST, what + ": not a valid name");
    }
    return name;
  }
}
