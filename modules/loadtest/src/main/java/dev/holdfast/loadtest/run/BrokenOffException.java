package dev.holdfast.loadtest.run;

/** A run can't go on; what it has so far is partial. The message is for people. */
public final class BrokenOffException extends RuntimeException {
  private static final long serialVersionUID = 1;

  BrokenOffException(String message) {
    super(message);
  }
}
