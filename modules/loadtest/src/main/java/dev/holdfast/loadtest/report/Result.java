package dev.holdfast.loadtest.report;

import dev.holdfast.loadtest.plan.Counters;
import dev.holdfast.loadtest.plan.LedgerCount;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A run's result; its JSON is the file format.
 *
 * @param format 1
 * @param version of the load test
 * @param scenario its name
 * @param seconds from the start of the measuring to its end
 * @param partial whether the run did not come to its end: no figure of it is complete
 * @param problems that a person has to know of, in the order of their coming
 * @param environment of the coordinator's machine, the target and the workers: name to value, for
 *     people
 * @param settings in force: name to value
 * @param figures the scenario's results, in the order of their weight
 * @param ledgers by {@code <group>.<kind of channel>}
 * @param counters of all workers
 * @param series latencies
 * @param timeline second by second
 * @param marks faults and phases
 * @param requirements that were asked for
 */
public record Result(
    int format,
    String version,
    String scenario,
    Instant started,
    double seconds,
    boolean partial,
    List<String> problems,
    Map<String, String> environment,
    Map<String, String> settings,
    List<Figure> figures,
    Map<String, LedgerCount> ledgers,
    Counters counters,
    List<Series> series,
    List<Second> timeline,
    List<Mark> marks,
    List<Outcome> requirements) {
  public static final int FORMAT = 1;

  /** All ledgers together. */
  public LedgerCount ledger() {
    return ledgers.values().stream().reduce(LedgerCount.NONE, LedgerCount::plus);
  }

  /**
   * @param name as in {@code --require}: {@code lost}, {@code p99}; letters, digits and dots
   * @param value none: it could not be measured
   * @param unit {@code ""} (a count), {@code /s}, {@code ms}, {@code B}, {@code %}, {@code cores}
   * @param meaning one line for people
   */
  public record Figure(String name, @Nullable Double value, String unit, String meaning) {}

  /**
   * Latencies of one kind, whole run after the warm-up, ms.
   *
   * @param percentiles pairs of a percentile (0–100) and ms, rising; enough for a chart
   */
  public record Series(
      String name,
      String meaning,
      long count,
      double p50,
      double p90,
      double p99,
      double p999,
      double max,
      List<double[]> percentiles) {}

  /**
   * One second.
   *
   * @param t seconds since the start, its end
   * @param phase {@code connect}, {@code warmup}, {@code measure} …
   * @param deliveryP50 ms; none: nothing was delivered; and so on
   * @param workerCpu cores of the busiest worker
   */
  public record Second(
      double t,
      String phase,
      long published,
      long acknowledged,
      long received,
      long connects,
      long called,
      long attached,
      @Nullable Double deliveryP50,
      @Nullable Double deliveryP99,
      @Nullable Double deliveryMax,
      double workerCpu,
      long workerLagMicros,
      List<NodeSecond> nodes,
      @Nullable RedisSecond redis) {}

  /**
   * A node in one second.
   *
   * @param up whether it answered; otherwise it has no other figure
   * @param cpu cores
   * @param rss bytes
   * @param heap bytes in use
   */
  public record NodeSecond(
      String node,
      boolean up,
      @Nullable Long connections,
      @Nullable Double cpu,
      @Nullable Long rss,
      @Nullable Long heap) {}

  /** Redis in one second; without figures if it did not answer. */
  public record RedisSecond(
      @Nullable Double opsPerSecond,
      @Nullable Long memory,
      @Nullable Long keys,
      @Nullable Double cpu) {}

  /**
   * @param kind {@code phase}, {@code fault} or {@code recovery}
   */
  public record Mark(double t, String kind, String text) {}

  /**
   * @param requirement as given
   * @param actual as text, {@code "not measured"} if it was not
   */
  public record Outcome(String requirement, String actual, boolean held) {}
}
