package dev.holdfast.loadtest.worker.publish;

import dev.holdfast.loadtest.worker.measure.EventData;

/**
 * A publication.
 *
 * @param number in its channel, from 1
 * @param intended time at which it should be sent, µs by the coordinator's clock
 * @param payload bytes of its data
 */
record Publication(Numbers channel, long number, long intended, int payload) {
  /** The event name of our publications. */
  static final String EVENT = "load";

  /**
   * Returns the data that a reader gets: its number, when it was to be sent and when it was, and
   * padding.
   *
   * @param now µs by the coordinator's clock
   */
  String data(long now) {
    return EventData.text(number, intended, now, payload);
  }
}
