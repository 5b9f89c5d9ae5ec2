package dev.holdfast.testkit.attacks;

import java.util.Locale;
import java.util.stream.LongStream;

/**
 * Latencies of one kind of operation.
 *
 * @param sorted in ns
 */
public record Latencies(long[] sorted) {
  static Latencies of(LongStream nanos) {
    return new Latencies(nanos.sorted().toArray());
  }

  public int count() {
    return sorted.length;
  }

  /** Returns a percentile in ms; not a number if there are no values. */
  public double at(double part) {
    int index = (int) Math.min(sorted.length - 1, Math.floor(part * sorted.length));
    return sorted.length == 0 ? Double.NaN : sorted[index] / 1e6;
  }

  /** p50 and p99. */
  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%.1f, %.1f", at(0.5), at(0.99));
  }
}
