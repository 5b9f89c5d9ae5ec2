package dev.holdfast.limits;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.List;

/** The metrics of limits. Names of tenants and users are no tags. Any thread. */
final class LimitsMetrics implements AutoCloseable {
  private final MeterRegistry registry;
  private final Counter held;
  private final Counter refused;
  private final Counter untracked;
  private final Counter asked;
  private final Counter unanswered;
  private final List<Meter> gauges = new ArrayList<>();

  LimitsMetrics(MeterRegistry registry) {
    this.registry = registry;
    this.held = registry.counter("holdfast.limits.held");
    this.refused = registry.counter("holdfast.limits.refused");
    this.untracked = registry.counter("holdfast.limits.untracked");
    this.asked = registry.counter("holdfast.limits.asked");
    this.unanswered = registry.counter("holdfast.limits.unanswered");
  }

  void watch(Accounts accounts) {
    gauges.add(
        Gauge.builder("holdfast.limits.users", accounts, Accounts::users)
            .strongReference(true)
            .register(registry));
    gauges.add(
        Gauge.builder("holdfast.limits.tenants", accounts, Accounts::tenants)
            .strongReference(true)
            .register(registry));
  }

  /** Counts an action that had to wait. */
  void held() {
    held.increment();
  }

  void refused() {
    refused.increment();
  }

  /** Counts a user who got no account of its own. */
  void untracked() {
    untracked.increment();
  }

  /** Counts a question to Redis for tokens or places. */
  void asked() {
    asked.increment();
  }

  /** Counts a question that Redis did not answer: the node goes on by its own measure. */
  void unanswered() {
    unanswered.increment();
  }

  @Override
  public void close() {
    gauges.forEach(registry::remove);
    gauges.clear();
  }
}
