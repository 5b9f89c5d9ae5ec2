package dev.holdfast.client.session;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * What was asked is refused, or its outcome is unknown. The code is the server's, or one of the
 * client's own: {@code disconnected} (the connection was lost before the answer), {@code stopped}
 * (the client does not come back), {@code queue_full} (too much is unanswered), {@code no_answer},
 * {@code too_large}.
 */
public final class RefusedException extends RuntimeException {
  static final String DISCONNECTED = "disconnected";
  static final String STOPPED = "stopped";
  static final String QUEUE_FULL = "queue_full";
  static final String NO_ANSWER = "no_answer";
  static final String TOO_LARGE = "too_large";

  private final String code;
  private final boolean retryable;

  RefusedException(String code, String message, boolean retryable) {
    super(code + ": " + message);
    this.code = code;
    this.retryable = retryable;
  }

  static RefusedException of(ObjectNode error) {
    return new RefusedException(
        Frames.text(error, "code"),
        error.path("message").asText(),
        error.path("retryable").asBoolean());
  }

  static RefusedException tooLarge(int bytes, long limit) {
    return new RefusedException(TOO_LARGE, bytes + " bytes, of " + limit, false);
  }

  /** The client does not come back. */
  public static RefusedException stopped(String reason) {
    return new RefusedException(STOPPED, reason, false);
  }

  public String code() {
    return code;
  }

  /** Whether the same may be asked again, and is safe to ask again. */
  public boolean isRetryable() {
    return retryable;
  }
}
