package dev.holdfast.runs.service;

import dev.holdfast.runs.records.RunRecord;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;

/** Metrics of the runs service. */
final class RunsMetrics {
  final Counter started;
  private final Counter claimed;
  final Counter refused;
  final Counter batches;
  private final Timer queued;

  RunsMetrics(MeterRegistry registry) {
    started = runs(registry, "started");
    claimed = runs(registry, "claimed");
    refused = runs(registry, "refused");
    batches = registry.counter("holdfast.runs.batches");
    queued = registry.timer("holdfast.runs.queued");
  }

  /** A worker has claimed a run; only its first one shows how long runs wait. */
  void claimed(RunRecord run) {
    claimed.increment();
    RunRecord.Times times = run.times();
    if (run.attempt() == 1) {
      queued.record(Math.max(0, times.started() - times.queued()), TimeUnit.MILLISECONDS);
    }
  }

  private static Counter runs(MeterRegistry registry, String change) {
    return registry.counter("holdfast.runs", "change", change);
  }
}
