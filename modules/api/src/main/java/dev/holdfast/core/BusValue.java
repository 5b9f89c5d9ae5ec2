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

  /**
   * Returns false for an answer that means that nothing was done for good. If another instance was
   * asked, too, it may still do it: then its answer counts, and without one the outcome is unknown.
   */
  default boolean decides() {
    return true;
  }

  /** Returns about how many bytes an answer has on the bus; 0 for one that is always small. */
  default int answerBytes() {
    return 0;
  }
}
