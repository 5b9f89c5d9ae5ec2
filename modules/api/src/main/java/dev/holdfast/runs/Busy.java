package dev.holdfast.runs;

/** What becomes of a start whose thread has another run, or has one that waits for it. */
public enum Busy {
  /** It is CONFLICT. */
  REJECT,

  /**
   * The run waits until those before it have ended. Then its messages are added to what they have
   * left, and it begins with their state.
   */
  ENQUEUE,

  /** The thread's run is cancelled, and this one is next. Questions to people are dismissed. */
  INTERRUPT
}
