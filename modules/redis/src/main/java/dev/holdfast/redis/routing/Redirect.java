package dev.holdfast.redis.routing;

import dev.holdfast.redis.topology.ServerAddress;
import io.vertx.redis.client.impl.types.ErrorType;
import org.jspecify.annotations.Nullable;

/**
 * A server's answer that it did nothing, as the slot is, or may be, elsewhere.
 *
 * @param to the server to go to; none: it named none, or none that is understood
 */
record Redirect(Kind kind, @Nullable ServerAddress to) {
  /** What a server says. */
  enum Kind {
    /** Another one serves the slot. */
    MOVED,
    /** The slot is on its way to another one, which has these keys already. */
    ASK,
    /** The slot is on its way, and these keys are partly here and partly there. */
    TRYAGAIN
  }

  /** A script raised it, as a key that it needs besides is on its way. Before 7 in other words. */
  private static final String RAISED = ": -TRYAGAIN ";

  /** Reads the failure of a call; none: it is something else. */
  static @Nullable Redirect of(@Nullable Throwable failure) {
    String message = failure instanceof ErrorType ? failure.getMessage() : null;
    if (message == null) {
      return null;
    }
    if (message.contains(RAISED)) {
      return new Redirect(Kind.TRYAGAIN, null);
    }
    String[] words = message.split(" ");
    return switch (words[0]) {
      case "MOVED" -> new Redirect(Kind.MOVED, address(words));
      case "ASK" -> new Redirect(Kind.ASK, address(words));
      case "TRYAGAIN" -> new Redirect(Kind.TRYAGAIN, null);
      default -> null;
    };
  }

  /** Reads {@code host:port}, without brackets also for IPv6. */
  private static @Nullable ServerAddress address(String[] words) {
    String last = words[words.length - 1];
    int colon = last.lastIndexOf(':');
    try {
      return new ServerAddress(
          last.substring(0, Math.max(0, colon)), Integer.parseInt(last.substring(colon + 1)));
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  @Override
  public String toString() {
    return to == null ? kind.toString() : kind + " " + to;
  }
}
