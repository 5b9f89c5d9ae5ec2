package dev.holdfast.cluster;

import org.jspecify.annotations.Nullable;

/**
 * A failure to join the bus. The message is for the person at the terminal: the reason and, if
 * there is one, a way out. It holds no secret.
 */
public final class JoinException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  JoinException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
