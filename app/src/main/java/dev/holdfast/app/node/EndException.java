package dev.holdfast.app.node;

/** A node that served can't go on. The message says why, for the person at the terminal. */
public final class EndException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  EndException(String message) {
    super(message);
  }
}
