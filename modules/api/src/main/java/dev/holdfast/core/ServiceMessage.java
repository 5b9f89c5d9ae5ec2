package dev.holdfast.core;

import java.time.Duration;

/** A request to one of Holdfast's own services, as {@code ServiceClient} asks it. */
public interface ServiceMessage<A> extends BusMessage<A> {
  /** Returns the service's address on the bus. */
  String address();

  /**
   * Returns how long the answer may take.
   *
   * @param usual how long the asker waits for other messages
   */
  default Duration patience(Duration usual) {
    return usual;
  }
}
