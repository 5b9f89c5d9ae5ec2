package dev.holdfast.loadtest.run.figures;

import dev.holdfast.loadtest.plan.Counters;
import dev.holdfast.loadtest.plan.LedgerCount;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * The findings that figures are made of.
 *
 * @param finished whether the workers have counted what was lost
 * @param counters of all workers
 * @param ledgers by group and kind of channel
 * @param series latencies after the warm-up, µs, by name
 * @param main the group that the scenario is about
 * @param measured what came in the seconds of measuring
 * @param put by the scenario's own steps
 */
public record Findings(
    boolean finished,
    Counters counters,
    Map<String, LedgerCount> ledgers,
    Map<String, Histogram> series,
    String main,
    Measured measured,
    Map<String, Double> put) {
  private static final double MICROS = 1_000;

  public @Nullable Double put(String name) {
    return put.get(name);
  }

  LedgerCount ledger() {
    return ledgers.values().stream().reduce(LedgerCount.NONE, LedgerCount::plus);
  }

  /** Returns the sum of one part of all ledgers; none: not everything is known yet. */
  @Nullable Double ledger(java.util.function.ToLongFunction<LedgerCount> part) {
    return finished ? Double.valueOf(part.applyAsLong(ledger())) : null;
  }

  /**
   * @return ms; none: nothing was measured
   */
  @Nullable Double percentile(String name, double percentile) {
    Histogram histogram = series.get(name);
    if (histogram == null || histogram.getTotalCount() == 0) {
      return null;
    }
    long micros =
        percentile >= 100 ? histogram.getMaxValue() : histogram.getValueAtPercentile(percentile);
    return micros / MICROS;
  }
}
