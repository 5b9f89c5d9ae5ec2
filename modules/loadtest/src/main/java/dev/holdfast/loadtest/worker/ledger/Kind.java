package dev.holdfast.loadtest.worker.ledger;

import org.jspecify.annotations.Nullable;

/** The kinds of channels that a client reads. */
public enum Kind {
  TENANT("tenant"),
  USER("user:"),
  TOPIC("topic:"),
  SESSION("session:"),
  BARE("bare"),
  RUN("run:");

  /** Kinds whose publications are numbered, and so have a ledger. */
  static final Kind[] NUMBERED = {TENANT, USER, TOPIC, BARE, RUN};

  private static final Kind[] ALL = values();

  public final String start;

  Kind(String start) {
    this.start = start;
  }

  /** Returns the kind; none: it is none of these. */
  public static @Nullable Kind of(char[] text, int offset, int length) {
    for (Kind kind : ALL) {
      if (matches(kind.start, text, offset, length)) {
        return kind;
      }
    }
    return null;
  }

  public static @Nullable Kind of(String channel) {
    return of(channel.toCharArray(), 0, channel.length());
  }

  private static boolean matches(String start, char[] text, int offset, int length) {
    if (length < start.length()) {
      return false;
    }
    for (int i = 0; i < start.length(); i++) {
      if (text[offset + i] != start.charAt(i)) {
        return false;
      }
    }
    return true;
  }
}
