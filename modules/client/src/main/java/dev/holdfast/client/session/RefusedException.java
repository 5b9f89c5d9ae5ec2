package dev.holdfast.client.session;

/**
 * Reports that an operation was refused, or that its outcome is unknown. The code is the server's,
 * or one of the client's own: {@code disconnected} (the connection was lost before the answer),
 * {@code stopped} (the client does not come back), {@code queue_full} (too much is unanswered),
 * {@code no_answer}, {@code too_large}.
 */
public final class RefusedException extends RuntimeException {
  public static final String DISCONNECTED = "disconnected";
  public static final String STOPPED = "stopped";
  public static final String QUEUE_FULL = "queue_full";
  public static final String NO_ANSWER = "no_answer";
  public static final String TOO_LARGE = "too_large";

  private final String code;
  private final boolean retryable;

  public RefusedException(String code, String message, boolean retryable) {
    super(code + ": " + message);
    this.code = code;
    this.retryable = retryable;
  }

  /** Returns the refusal of a client that does not come back. */
  public static RefusedException stopped(String reason) {
    return new RefusedException(STOPPED, reason, false);
  }

  public String code() {
    return code;
  }

  /** Returns whether the same operation may safely be tried again. */
  public boolean isRetryable() {
    return retryable;
  }
}
