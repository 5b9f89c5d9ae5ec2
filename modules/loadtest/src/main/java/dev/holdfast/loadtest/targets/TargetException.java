package dev.holdfast.loadtest.targets;

/** The target can't be had, or does not do what is asked of it; the message is for people. */
public final class TargetException extends RuntimeException {
  public TargetException(String message) {
    super(message);
  }
}
