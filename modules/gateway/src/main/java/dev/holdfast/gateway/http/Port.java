package dev.holdfast.gateway.http;

import dev.holdfast.gateway.http.Contract.Operation;

/** What is answered at a port. */
public enum Port {
  /** What clients need, and whether to send them here. */
  CLIENTS,
  /** What operators need. */
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
