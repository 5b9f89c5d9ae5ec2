package dev.holdfast.runs.service;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/** Metrics of the runs service. */
final class RunsMetrics {
  final Counter started;
  final Counter claimed;
  final Counter refused;
  final Counter batches;

  RunsMetrics(MeterRegistry registry) {
    started = runs(registry, "started");
    claimed = runs(registry, "claimed");
    refused = runs(registry, "refused");
    batches = registry.counter("holdfast.runs.batches");
  }

  private static Counter runs(MeterRegistry registry, String change) {
    return registry.counter("holdfast.runs", "change", change);
  }
}
