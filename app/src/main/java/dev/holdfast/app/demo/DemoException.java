package dev.holdfast.app.demo;

/** The demo can't go on; the message says why, for the person at the terminal. */
final class DemoException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  DemoException(String message) {
    super(message);
  }
}
