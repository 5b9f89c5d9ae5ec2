package dev.holdfast.redis.topology;

import io.vertx.redis.client.impl.types.ErrorType;
import java.util.concurrent.TimeoutException;

/** The reason why a sentinel named no master; the message is for people, the kind for a metric. */
final class SentinelProblem extends Exception {
  private static final long serialVersionUID = 1L;

  private final String kind;

  private SentinelProblem(String kind, String message) {
    super(message, null, false, false);
    this.kind = kind;
  }

  String kind() {
    return kind;
  }

  /** The answer is not one that a sentinel gives. */
  static SentinelProblem nonsense(String message) {
    return new SentinelProblem("nonsense", message);
  }

  /** Names what the driver, or the sentinel, refused with. */
  static SentinelProblem of(Throwable failure, long patienceMs) {
    if (failure instanceof SentinelProblem named) {
      return named;
    }
    String message = String.valueOf(failure.getMessage());
    if (failure instanceof TimeoutException) {
      return new SentinelProblem("timeout", "no answer within " + patienceMs + " ms");
    }
    if (message.startsWith("NOAUTH") || message.startsWith("WRONGPASS")) {
      return new SentinelProblem(
          "refused", message + " (check redis.sentinel.user and redis.sentinel.secret)");
    }
    if (message.startsWith("NOPERM")) {
      return new SentinelProblem("refused", message + " (it needs +sentinel|master)");
    }
    if (message.startsWith("ERR No such master")) {
      return new SentinelProblem("unknown", "it watches no master of that name");
    }
    if (message.startsWith("ERR unknown command")) {
      // Its message may quote the words of an AUTH, and so the password.
      return new SentinelProblem("nonsense", "it is no sentinel: it does not know the command");
    }
    boolean answered = failure instanceof ErrorType && !message.startsWith("CONNECTION_CLOSED");
    return new SentinelProblem(answered ? "nonsense" : "unreachable", message);
  }
}
