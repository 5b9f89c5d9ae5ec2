package dev.holdfast.runs.ingest;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.vertx.core.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Metrics of workers' events: how many, how late, and what they cost. */
final class IngestMetrics {
  private final Counter received;
  private final Counter published;
  private final Timer appends;
  private final Timer first;
  private final DistributionSummary snapshots;

  IngestMetrics(MeterRegistry registry) {
    received = registry.counter("holdfast.runs.events", "step", "received");
    published = registry.counter("holdfast.runs.events", "step", "published");
    appends = registry.timer("holdfast.runs.append");
    first = registry.timer("holdfast.runs.first.event");
    snapshots = registry.summary("holdfast.runs.snapshot.bytes");
  }

  /** Measures how long an append to a run's log takes, if it is done. */
  <T> Future<T> append(Supplier<Future<T>> step) {
    long from = System.nanoTime();
    return step.get()
        .onSuccess(done -> appends.record(System.nanoTime() - from, TimeUnit.NANOSECONDS));
  }

  /**
   * Counts a batch that is stored.
   *
   * @param events that its worker has sent
   * @param publications that they have become
   */
  void took(int events, int publications) {
    received.increment(events);
    published.increment(publications);
  }

  /** Notes how long after its start a run had its first event, in ms. */
  void begun(long after) {
    first.record(Math.max(0, after), TimeUnit.MILLISECONDS);
  }

  void snapshot(int bytes) {
    snapshots.record(bytes);
  }
}
