package dev.holdfast.embedded;

/**
 * An embedded server did not start. The message says why and what to do, for the person at the
 * terminal.
 */
public final class EmbeddedRedisException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  EmbeddedRedisException(String message) {
    super(message);
  }
}
