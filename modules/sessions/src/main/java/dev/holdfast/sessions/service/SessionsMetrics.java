package dev.holdfast.sessions.service;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;

/** The meters of the sessions service of one node. */
final class SessionsMetrics {
  final Counter opened;
  final Counter resumed;
  final Counter refused;
  final Counter detached;
  final Counter ended;
  final Counter fenced;
  final Counter lost;
  final Counter strays;
  final Counter unpublished;
  final Counter swept;
  private final Timer attaches;

  SessionsMetrics(MeterRegistry registry) {
    opened = sessions(registry, "opened");
    resumed = sessions(registry, "resumed");
    refused = sessions(registry, "refused");
    detached = sessions(registry, "detached");
    ended = sessions(registry, "ended");
    fenced = sessions(registry, "fenced");
    lost = sessions(registry, "lost");
    strays = registry.counter("holdfast.sessions.strays");
    unpublished = registry.counter("holdfast.sessions.unpublished");
    swept = registry.counter("holdfast.sessions.swept");
    attaches = registry.timer("holdfast.sessions.attach");
  }

  void attached(long startedNanos) {
    attaches.record(System.nanoTime() - startedNanos, TimeUnit.NANOSECONDS);
  }

  private static Counter sessions(MeterRegistry registry, String change) {
    return registry.counter("holdfast.sessions", "change", change);
  }
}
