package dev.holdfast.gateway.stream;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.gateway.http.Problem;
import dev.holdfast.protocol.CloseCode;

/** Says as a problem document why a connection was closed before its stream began. */
final class StreamProblems {
  private StreamProblems() {}

  /**
   * @param reason begins with the code's name
   */
  static Problem of(CloseCode code, String reason) {
    ErrorCode error = error(code);
    return Problem.of(
        HoldfastException.withPublicMessage(error, publicMessage(code, error, reason)));
  }

  private static String publicMessage(CloseCode code, ErrorCode error, String reason) {
    int detail = reason.indexOf(": ");
    if (detail > 0) {
      return reason.substring(detail + 2);
    }
    return code == CloseCode.REPLACED ? code.meaning : error.publicText;
  }

  private static ErrorCode error(CloseCode code) {
    return switch (code) {
      case UNAUTHORIZED, EXPIRED -> ErrorCode.UNAUTHORIZED;
      case FORBIDDEN -> ErrorCode.FORBIDDEN;
      case REVOKED -> ErrorCode.REVOKED;
      case TENANT_SUSPENDED -> ErrorCode.TENANT_SUSPENDED;
      case TENANT_UNKNOWN -> ErrorCode.TENANT_UNKNOWN;
      case PROTOCOL -> ErrorCode.BAD_REQUEST;
      case LIMITED -> ErrorCode.RATE_LIMITED;
      case SHUTDOWN -> ErrorCode.SHUTTING_DOWN;
      case INTERNAL -> ErrorCode.INTERNAL;
      default -> ErrorCode.UNAVAILABLE;
    };
  }
}
