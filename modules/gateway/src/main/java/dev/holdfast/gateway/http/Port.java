package dev.holdfast.gateway.http;

import dev.holdfast.gateway.http.Contract.Operation;

/** The operations that a port answers. */
public enum Port {
  /** Those that clients need, and the health that says whether to send them here. */
  CLIENTS,
  /** Those that operators need. */
  MANAGEMENT,
  /** Both, on a port that nobody beyond this machine reaches. */
  BOTH;

  private static final String HEALTH = "/health/";

  boolean answers(Operation operation) {
    return switch (this) {
      case BOTH -> true;
      case MANAGEMENT -> operation.operators();
      case CLIENTS -> !operation.operators() || operation.path().startsWith(HEALTH);
    };
  }
}
