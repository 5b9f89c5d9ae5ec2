package dev.holdfast.app;

/** A node could not be asked, or did not do what it was asked; the message is for people. */
final class CallException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  CallException(String message) {
    super(message);
  }

  CallException(String message, Throwable cause) {
    super(message, cause);
  }
}
