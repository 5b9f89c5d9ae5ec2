package dev.holdfast.gateway;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.protocol.CloseCode;

/** The one table from failures that end a connection to close codes. */
final class Closing {
  private Closing() {}

  /** What is not named here may work at another time, or on another node. */
  static CloseCode of(ErrorCode failure) {
    return switch (failure) {
      case UNAUTHORIZED -> CloseCode.UNAUTHORIZED;
      case FORBIDDEN -> CloseCode.FORBIDDEN;
      case FENCED -> CloseCode.REPLACED;
      case BAD_REQUEST, TOO_LARGE -> CloseCode.PROTOCOL;
      case SHUTTING_DOWN -> CloseCode.SHUTDOWN;
      case INTERNAL -> CloseCode.INTERNAL;
      default -> CloseCode.UNAVAILABLE;
    };
  }
}
