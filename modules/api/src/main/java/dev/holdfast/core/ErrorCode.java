package dev.holdfast.core;

import java.util.Locale;

/**
 * Every named failure. The number crosses the event bus, the name crosses the wire (lower case) and
 * HTTP; neither is ever used for anything else again. {@code retryable}: the same request may
 * succeed later, and it is safe to send it again.
 */
public enum ErrorCode {
  BAD_REQUEST(1, 400, false, "The request is not valid."),
  UNAUTHORIZED(2, 401, false, "The token is missing or not valid."),
  FORBIDDEN(3, 403, false, "Not permitted."),
  NOT_FOUND(4, 404, false, "There is no such thing."),
  CONFLICT(5, 409, false, "It has changed, or differs from what was sent before."),
  TOO_LARGE(6, 413, false, "It is larger than the limit."),
  LIMIT_EXCEEDED(7, 422, false, "A limit of the session or tenant is reached."),
  RATE_LIMITED(8, 429, true, "Too many requests; slow down."),
  UNKNOWN_TYPE(9, 400, false, "Unknown frame type."),
  FENCED(
      10, 409, false, "Another connection holds this session, or another instance this publisher."),
  OUT_OF_SEQUENCE(11, 409, true, "A publication before this one has not arrived; resend in order."),
  NO_SERVICE(12, 503, true, "No instance of the service answers."),
  TIMEOUT(13, 504, true, "No answer in time; the outcome is unknown."),
  UNAVAILABLE(14, 503, true, "The store is away; try again."),
  STORE_FULL(15, 507, true, "The store is full; nothing is added for now."),
  SHUTTING_DOWN(16, 503, true, "This node is stopping; use another."),
  INTERNAL(17, 500, true, "Something went wrong on our side."),
  UNSUPPORTED_TYPE(18, 415, false, "Content of this type is not accepted."),
  RANGE_INVALID(19, 416, false, "The range is not one of the file."),
  CHECKSUM_MISMATCH(20, 460, false, "The content is not what its checksum says."),
  LOST(21, 503, true, "The store does not know this connection's hold of its session; come back."),
  ENDED(22, 410, false, "The session has ended."),
  REVOKED(23, 403, false, "The session's rights were withdrawn."),
  TENANT_SUSPENDED(24, 403, false, "The tenant is suspended."),
  TENANT_UNKNOWN(25, 403, false, "The tenant is not one of those admitted here.");

  public final int number;
  public final int httpStatus;
  public final boolean retryable;
  public final String publicText;

  ErrorCode(int number, int httpStatus, boolean retryable, String publicText) {
    this.number = number;
    this.httpStatus = httpStatus;
    this.retryable = retryable;
    this.publicText = publicText;
  }

  /** Returns whether another instance may do better than the one that answers so. */
  public boolean elsewhere() {
    return this == UNAVAILABLE || this == SHUTTING_DOWN || this == TIMEOUT;
  }

  /** Returns whether the token is valid, but its tenant may not work now. */
  public boolean ofTenant() {
    return this == TENANT_SUSPENDED || this == TENANT_UNKNOWN;
  }

  /** Returns when to ask again unless the answer says it, in ms; 0: as the asker likes. */
  public long againAfterMs() {
    return switch (this) {
      case RATE_LIMITED -> 1_000;
      case STORE_FULL -> 5_000;
      default -> 0;
    };
  }

  /** Returns the name on the wire, for example {@code out_of_sequence}. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Returns the code of a number; {@link #INTERNAL} if it is unknown (a newer peer's). */
  public static ErrorCode of(int number) {
    for (ErrorCode code : values()) {
      if (code.number == number) {
        return code;
      }
    }
    return INTERNAL;
  }
}
