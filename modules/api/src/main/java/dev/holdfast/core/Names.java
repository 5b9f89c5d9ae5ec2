package dev.holdfast.core;

import org.jspecify.annotations.Nullable;

/**
 * The one place that says what a name may look like. All names are ASCII, so that two names that
 * look alike are alike, need no escaping in JSON, and can't leave the braces of a Redis hash tag.
 */
public final class Names {
  private static final Form TENANT = new Form(64, "._-");
  private static final Form USER = new Form(128, "._~@|+:/=-");
  private static final Form TOPIC = new Form(128, "._~/-");
  private static final Form ID = new Form(64, "_-");
  private static final Form EVENT = new Form(128, "._:/-");

  private Names() {}

  /** 1 to 64 letters, digits, {@code . _ -}; the first a letter or digit. */
  public static String tenant(@Nullable String name) {
    String fitting = check(TENANT, name, "tenant");
    if (!isAlphanumeric(fitting.charAt(0))) {
      throw refused("tenant");
    }
    return fitting;
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

  private static String check(Form form, @Nullable String name, String what) {
    if (name == null || !form.fits(name)) {
      throw refused(what);
    }
    return name;
  }

  private static HoldfastException refused(String what) {
    return HoldfastException.withPublicMessage(ErrorCode.BAD_REQUEST, what + ": not a valid name");
  }

  private static boolean isAlphanumeric(char at) {
    return at >= 'a' && at <= 'z' || at >= 'A' && at <= 'Z' || at >= '0' && at <= '9';
  }

  /**
   * ASCII letters, digits and some marks. A table, as names are checked with every message: regular
   * expressions were a good part of what a delivery cost.
   */
  private static final class Form {
    private static final int ASCII = 128;

    private final int longest;
    private final boolean[] allowed = new boolean[ASCII];

    Form(int longest, String marks) {
      this.longest = longest;
      for (char at = 0; at < ASCII; at++) {
        allowed[at] = isAlphanumeric(at) || marks.indexOf(at) >= 0;
      }
    }

    boolean fits(String name) {
      int length = name.length();
      if (length == 0 || length > longest) {
        return false;
      }
      for (int i = 0; i < length; i++) {
        char at = name.charAt(i);
        if (at >= ASCII || !allowed[at]) {
          return false;
        }
      }
      return true;
    }
  }
}
