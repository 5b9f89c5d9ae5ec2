package dev.holdfast.gateway.connection;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.protocol.CloseCode;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.Set;

/** Maps failures that end a connection to close codes. No other place does. */
final class Closing {
  /** Bytes that a close frame has for its reason, RFC 6455. */
  private static final int LONGEST_REASON = 123;

  private Closing() {}

  /** Returns the close codes of connections that failed to come in by their own fault. */
  static Set<CloseCode> strange() {
    return EnumSet.of(
        CloseCode.HELLO_TIMEOUT,
        CloseCode.UNAUTHORIZED,
        CloseCode.FORBIDDEN,
        CloseCode.REVOKED,
        CloseCode.PROTOCOL);
  }

  /** Returns the name of the code; for a token, permission or limit, the fault as well. */
  static String reason(HoldfastException failure) {
    CloseCode code = of(failure.code());
    if (code != CloseCode.UNAUTHORIZED
        && code != CloseCode.FORBIDDEN
        && code != CloseCode.LIMITED) {
      return code.wireName();
    }
    String reason = code.wireName() + ": " + failure.publicMessage().replaceFirst("^token: ", "");
    while (reason.getBytes(StandardCharsets.UTF_8).length > LONGEST_REASON) {
      reason = reason.substring(0, reason.offsetByCodePoints(reason.length(), -1));
    }
    return reason;
  }

  /**
   * Returns whether a connection with this failure does not hold its session: another connection
   * holds it, the store does not know it, it has ended, or it was detached because its node was
   * taken for dead.
   */
  static boolean isUnheld(ErrorCode failure) {
    return switch (failure) {
      case FENCED, LOST, ENDED, REVOKED, SHUTTING_DOWN -> true;
      default -> false;
    };
  }

  /**
   * Returns the close code. A failure that is not named here may work later, or on another node.
   */
  static CloseCode of(ErrorCode failure) {
    return switch (failure) {
      case UNAUTHORIZED -> CloseCode.UNAUTHORIZED;
      case FORBIDDEN -> CloseCode.FORBIDDEN;
      case FENCED -> CloseCode.REPLACED;
      case LOST -> CloseCode.LOST;
      case ENDED -> CloseCode.ENDED;
      case REVOKED -> CloseCode.REVOKED;
      case TENANT_SUSPENDED -> CloseCode.TENANT_SUSPENDED;
      case TENANT_UNKNOWN -> CloseCode.TENANT_UNKNOWN;
      case BAD_REQUEST, TOO_LARGE -> CloseCode.PROTOCOL;
      case SHUTTING_DOWN -> CloseCode.SHUTDOWN;
      case RATE_LIMITED -> CloseCode.LIMITED;
      case INTERNAL -> CloseCode.INTERNAL;
      default -> CloseCode.UNAVAILABLE;
    };
  }
}
