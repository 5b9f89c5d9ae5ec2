package dev.holdfast.core;

/**
 * Marks what may cross the event bus by {@code BusCodec}: immutable records of Holdfast, and
 * nothing else.
 */
public interface BusValue {
  /** Returns false for an answer that means that another instance may do better just now. */
  default boolean sound() {
    return true;
  }

  /** Returns about how many bytes an answer has on the bus; 0 for one that is always small. */
  default int answerBytes() {
    return 0;
  }
}
