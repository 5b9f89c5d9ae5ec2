package dev.holdfast.runs.service;

import dev.holdfast.runs.records.RunRecord;
import dev.holdfast.runs.records.RunStore;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Metrics of the runs service. */
final class RunsMetrics {
  private final Counter started;
  private final Counter held;
  private final Counter claimed;
  final Counter refused;
  final Counter batches;
  private final Timer queued;
  private final Map<String, Counter> ofAgents = new HashMap<>();
  private final Counter ofOthers;

  /**
   * @param agents that are counted one by one: those of the configuration, as anybody may name
   *     others
   */
  RunsMetrics(MeterRegistry registry, Set<String> agents) {
    agents.forEach(agent -> ofAgents.put(agent, starts(registry, agent)));
    ofOthers = starts(registry, "other");
    held = runs(registry, "held");
    started = runs(registry, "started");
    claimed = runs(registry, "claimed");
    refused = runs(registry, "refused");
    batches = registry.counter("holdfast.runs.batches");
    queued = registry.timer("holdfast.runs.queued");
  }

  /** A start was answered. */
  void started(RunStore.Created created) {
    if (created.fresh()) {
      started.increment();
      held.increment(created.run().held() == null ? 0 : 1);
      ofAgents.getOrDefault(created.run().agent(), ofOthers).increment();
    }
  }

  /** A worker has claimed a run; only its first one shows how long runs wait. */
  void claimed(RunRecord run) {
    claimed.increment();
    RunRecord.Times times = run.times();
    if (run.attempt() == 1) {
      queued.record(Math.max(0, times.started() - times.queued()), TimeUnit.MILLISECONDS);
    }
  }

  private static Counter starts(MeterRegistry registry, String agent) {
    return registry.counter("holdfast.runs.starts", "agent", agent);
  }

  private static Counter runs(MeterRegistry registry, String change) {
    return registry.counter("holdfast.runs", "change", change);
  }
}
