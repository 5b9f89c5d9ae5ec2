package dev.holdfast.app.start;

/** A node did not start. The message says why and what to do, for the person at the terminal. */
public final class StartException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public StartException(String message, Throwable cause) {
    super(message, cause);
  }
}
