package dev.holdfast.core;

/** A request on the event bus. {@code A} is the type of its answer: a {@link BusValue}, or Void. */
public interface BusMessage<A> extends BusValue {
  /**
   * Returns whether asking two instances has the effect of asking one, however late one of them
   * reads it. Only then is it asked of another instance while the first may still answer.
   */
  default boolean repeatable() {
    return false;
  }

  /** Returns whether the answer is meant to take its time: silence says nothing then. */
  default boolean waits() {
    return false;
  }

  /**
   * Returns the name of what it is about, if the instance that was asked of that before answers
   * sooner: messages with the same name are asked of the same instance, as long as it is well.
   * Empty: any is as good.
   */
  default String preference() {
    return "";
  }

  /** Returns about how many bytes it holds while it is worked on; a service bounds their sum. */
  default int weight() {
    return 512;
  }
}
