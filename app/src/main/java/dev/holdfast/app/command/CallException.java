package dev.holdfast.app.command;

/** A node could not be asked, or did not do what it was asked; the message is for people. */
public final class CallException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public CallException(String message) {
    super(message);
  }

  public CallException(String message, Throwable cause) {
    super(message, cause);
  }
}
