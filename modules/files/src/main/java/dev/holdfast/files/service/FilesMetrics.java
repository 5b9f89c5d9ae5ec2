package dev.holdfast.files.service;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.AtomicLong;

/** The meters of the files service of one node. */
final class FilesMetrics {
  final Counter created;
  final Counter ready;
  final Counter ended;
  final Counter expired;
  final Counter refused;
  final Counter orphansRemoved;
  final AtomicLong missing;

  FilesMetrics(MeterRegistry registry) {
    created = files(registry, "created");
    ready = files(registry, "ready");
    ended = files(registry, "ended");
    expired = files(registry, "expired");
    refused = files(registry, "refused");
    orphansRemoved = registry.counter("holdfast.files.orphans");
    missing = registry.gauge("holdfast.files.missing", new AtomicLong());
  }

  private static Counter files(MeterRegistry registry, String change) {
    return registry.counter("holdfast.files", "change", change);
  }
}
