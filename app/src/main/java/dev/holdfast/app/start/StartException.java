package dev.holdfast.app.start;

import org.jspecify.annotations.Nullable;

/** A node did not start. The message says why and what to do, for the person at the terminal. */
public final class StartException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public StartException(String message) {
    super(message);
  }

  public StartException(@Nullable String message, Throwable cause) {
    super(message, cause);
  }
}
