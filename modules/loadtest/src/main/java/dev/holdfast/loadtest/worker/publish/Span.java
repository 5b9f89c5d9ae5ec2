package dev.holdfast.loadtest.worker.publish;

/**
 * The begin and end of something, in µs by the coordinator's clock.
 *
 * @param end nothing is due from then on
 */
record Span(long start, long end) {
  private static final double MICROS_PER_SECOND = 1e6;

  static Span of(long start, long millis) {
    return new Span(start, start + millis * 1_000);
  }

  /** Returns the time at which number {@code k}, from 0, of so many per second is due. */
  long at(long k, double rate) {
    return start + (long) (k * MICROS_PER_SECOND / rate);
  }

  boolean runs(long now) {
    return now >= start && now < end;
  }
}
