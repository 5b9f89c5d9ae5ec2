package dev.holdfast.loadtest.worker.measure;

import dev.holdfast.loadtest.plan.Counters;
import dev.holdfast.loadtest.plan.FromWorker;
import dev.holdfast.loadtest.plan.LedgerCount;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * The figures of one event loop.
 *
 * @param series since the last report; no longer written to by its loop
 * @param lag µs, since the last report
 */
public record LoopReport(
    Counters counters,
    Map<String, Integer> connections,
    Map<String, LedgerCount> ledgers,
    Map<String, Histogram> series,
    long lag) {
  public static final LoopReport NONE =
      new LoopReport(Counters.NONE, Map.of(), Map.of(), Map.of(), 0);

  public LoopReport plus(LoopReport other) {
    Map<String, Integer> nodes = new HashMap<>(connections);
    other.connections.forEach((node, count) -> nodes.merge(node, count, Integer::sum));
    Map<String, LedgerCount> counts = new HashMap<>(ledgers);
    other.ledgers.forEach((name, count) -> counts.merge(name, count, LedgerCount::plus));
    return new LoopReport(
        counters.plus(other.counters), nodes, counts, sum(other), Math.max(lag, other.lag));
  }

  private Map<String, Histogram> sum(LoopReport other) {
    Map<String, Histogram> sum = new HashMap<>(series);
    other.series.forEach((name, histogram) -> sum.merge(name, histogram, LoopReport::sum));
    return sum;
  }

  private static Histogram sum(Histogram one, Histogram two) {
    Histogram sum = one.copy();
    sum.add(two);
    return sum;
  }

  /**
   * @param at µs by the coordinator's clock
   * @param cpu cores
   */
  public FromWorker.Progress progress(long at, double cpu) {
    Map<String, String> encoded = new HashMap<>();
    series.forEach((name, histogram) -> encoded.put(name, encode(histogram)));
    Counters bounded = bounded(counters);
    return new FromWorker.Progress(at, bounded, connections, ledgers, encoded, cpu, lag);
  }

  private static Counters bounded(Counters all) {
    return new Counters(
        all.clients(),
        all.attached(),
        all.live(),
        all.connects(),
        all.published(),
        all.acknowledged(),
        all.failed(),
        all.late(),
        all.received(),
        all.bytes(),
        all.called(),
        all.interrupted(),
        all.resumed(),
        all.restarted(),
        all.closes(),
        Errors.bounded(all.errors()));
  }

  private static String encode(Histogram histogram) {
    ByteBuffer bytes = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
    int length = histogram.encodeIntoCompressedByteBuffer(bytes);
    return Base64.getEncoder().encodeToString(Arrays.copyOf(bytes.array(), length));
  }
}
