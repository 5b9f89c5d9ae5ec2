package dev.holdfast.core;

import io.vertx.core.eventbus.ReplyException;
import org.jspecify.annotations.Nullable;

/**
 * A named failure on its way to whoever asked. The message is for logs and for callers that are
 * trusted; users see the code's public text, or a message that the thrower marked as public by
 * {@link #withPublicMessage}.
 */
public final class HoldfastException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ErrorCode code;
  private final String publicMessage;

  public HoldfastException(ErrorCode code, @Nullable String message) {
    this(code, message, code.publicText);
  }

  private HoldfastException(ErrorCode code, @Nullable String message, String publicMessage) {
    super(message, null, false, false);
    this.code = code;
    this.publicMessage = publicMessage;
  }

  /**
   * Makes a failure whose message may be shown to the user as it is: it holds nothing but what the
   * user sent.
   */
  public static HoldfastException withPublicMessage(ErrorCode code, String message) {
    return new HoldfastException(code, message, message);
  }

  public ErrorCode code() {
    return code;
  }

  /** Returns what a user may read. */
  public String publicMessage() {
    return publicMessage;
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
      case RECIPIENT_FAILURE -> refusal(ErrorCode.of(reply.failureCode()), reply.getMessage());
      case TIMEOUT -> new HoldfastException(ErrorCode.TIMEOUT, reply.getMessage());
      default -> new HoldfastException(ErrorCode.UNAVAILABLE, reply.getMessage());
    };
  }

  /** A peer that is not ours may refuse without a word. */
  private static HoldfastException refusal(ErrorCode code, @Nullable String message) {
    return withPublicMessage(code, message == null ? code.publicText : message);
  }
}
