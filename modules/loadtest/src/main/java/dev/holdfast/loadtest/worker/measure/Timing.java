package dev.holdfast.loadtest.worker.measure;

import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** A series of latencies, in µs up to 10 minutes, 3 digits. Confined to one event loop. */
public final class Timing {
  private static final long HIGHEST = 600_000_000;
  private static final int DIGITS = 3;

  private Histogram current = fresh();

  /**
   * @param micros less than 0 (clocks are never quite alike) counts as 0, more than 10 minutes as
   *     10 minutes
   */
  public void record(long micros) {
    current.recordValue(Math.max(0, Math.min(HIGHEST, micros)));
  }

  /** Returns what came since the last call; none: nothing did. */
  public @Nullable Histogram take() {
    if (current.getTotalCount() == 0) {
      return null;
    }
    Histogram taken = current;
    current = fresh();
    return taken;
  }

  private static Histogram fresh() {
    return new Histogram(HIGHEST, DIGITS);
  }
}
