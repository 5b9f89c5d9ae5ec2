package dev.holdfast.core;

/**
 * Marks what may cross the event bus by {@code BusCodec}: immutable records of Holdfast, and
 * nothing else.
 */
public interface BusValue {
  /** False for an answer that says of its instance that another may do better just now. */
  default boolean sound() {
    return true;
  }

  /** About how many bytes an answer has on the bus; 0 for one that is small whatever it says. */
  default int answerBytes() {
    return 0;
  }
}
