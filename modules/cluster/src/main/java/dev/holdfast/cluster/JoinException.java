package dev.holdfast.cluster;

import org.jspecify.annotations.Nullable;

/**
 * A process could not join the bus. The message says why, and where it can what to do, for the
 * person at the terminal; it holds no secret.
 */
public final class JoinException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  JoinException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
