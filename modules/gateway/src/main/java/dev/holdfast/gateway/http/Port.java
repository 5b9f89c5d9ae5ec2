package dev.holdfast.gateway.http;

import dev.holdfast.gateway.http.Contract.Operation;

/** The operations that a port answers. */
public enum Port {
  /** Operations that clients need, and the health that a load balancer asks for. */
  CLIENTS,
  /** Operations that operators need. */
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
