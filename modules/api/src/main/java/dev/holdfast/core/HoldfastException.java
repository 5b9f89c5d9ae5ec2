package dev.holdfast.core;

import io.vertx.core.eventbus.ReplyException;
import java.util.Objects;

/**
 * A named failure on its way to whoever asked. The message is for logs and for callers that are
 * trusted; users see the code's public text, or a message that the thrower marked as public by
 * {@link #told}.
 */
public final class HoldfastException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ErrorCode code;
  private final boolean told;

  public HoldfastException(ErrorCode code, String message) {
    this(code, message, false);
  }

  private HoldfastException(ErrorCode code, String message, boolean told) {
    super(message, null, false, false);
    this.code = Objects.requireNonNull(code, "code");
    this.told = told;
  }

  /**
   * A failure whose message may be shown to the user as it is: it holds nothing but what the user
   * sent.
   */
  public static HoldfastException told(ErrorCode code, String message) {
    return new HoldfastException(code, message, true);
  }

  public ErrorCode code() {
    return code;
  }

  /** What a user may read. */
  public String publicMessage() {
    return told ? getMessage() : code.publicText;
  }

  /**
   * Names any failure. TIMEOUT and NO_HANDLERS of the event bus mean "outcome unknown" and are
   * retryable, because handlers are idempotent; what is not known is {@link ErrorCode#INTERNAL}.
   */
  public static HoldfastException from(Throwable failure) {
    if (failure instanceof HoldfastException named) {
      return named;
    }
    if (failure instanceof ReplyException reply) {
      return fromReply(reply);
    }
    return new HoldfastException(ErrorCode.INTERNAL, String.valueOf(failure));
  }

  private static HoldfastException fromReply(ReplyException reply) {
    return switch (reply.failureType()) {
      case RECIPIENT_FAILURE ->
          new HoldfastException(ErrorCode.of(reply.failureCode()), reply.getMessage(), true);
      case TIMEOUT -> new HoldfastException(ErrorCode.TIMEOUT, reply.getMessage());
      default -> new HoldfastException(ErrorCode.UNAVAILABLE, reply.getMessage());
    };
  }
}
