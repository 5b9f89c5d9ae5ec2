package dev.holdfast.embedded.processes;

/** A process can't be started, or does not do what is asked of it; the message is for people. */
public final class ProcessException extends RuntimeException {
  public ProcessException(String message) {
    super(message);
  }
}
