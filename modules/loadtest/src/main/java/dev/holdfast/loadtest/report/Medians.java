package dev.holdfast.loadtest.report;

import java.util.List;

/** Several runs of one scenario as one result. */
public final class Medians {
  private Medians() {}

  /**
   * The figures' medians with their spread, but the sums of what was lost, duplicated, out of order
   * or told as gaps; ledgers and counters summed; the rest from the run with the median of the
   * first latency. It has no requirements: hold it against them anew.
   *
   * @param runs at least one, in the order of time
   * @throws IllegalArgumentException if they are of different scenarios
   */
  public static Result of(List<Result> runs) {
    throw new UnsupportedOperationException();
  }
}
