package dev.holdfast.redis;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/** The meters of one link, all tagged with its purpose. */
final class LinkMetrics {
  /** Bucket bounds of the command timer, from a healthy loopback to the usual timeout. */
  private static final Duration[] BOUNDS = {
    Duration.ofNanos(250_000),
    Duration.ofMillis(1),
    Duration.ofMillis(5),
    Duration.ofMillis(20),
    Duration.ofMillis(100),
    Duration.ofMillis(500),
    Duration.ofSeconds(2)
  };

  private final MeterRegistry registry;
  private final String purpose;
  private final Timer commands;
  private final Counter reconnects;
  private Gauge up;
  private Gauge waiting;
  private final List<Gauge> memory = new ArrayList<>();

  LinkMetrics(MeterRegistry registry, String purpose) {
    this.registry = registry;
    this.purpose = purpose;
    this.commands =
        Timer.builder("holdfast.redis.command")
            .description("From writing a command to its answer")
            .tag("purpose", purpose)
            .serviceLevelObjectives(BOUNDS)
            .register(registry);
    this.reconnects =
        Counter.builder("holdfast.redis.reconnects")
            .description("Connections made after the first")
            .tag("purpose", purpose)
            .register(registry);
  }

  void watch(BooleanSupplier isUp, IntSupplier notSent) {
    waiting =
        Gauge.builder("holdfast.redis.waiting", notSent::getAsInt)
            .description("Commands that wait for room in the window")
            .tag("purpose", purpose)
            .register(registry);
    up =
        Gauge.builder("holdfast.redis.up", () -> isUp.getAsBoolean() ? 1 : 0)
            .description("1 while the link is usable")
            .tag("purpose", purpose)
            .register(registry);
  }

  void watchMemory(LongSupplier used, LongSupplier most, BooleanSupplier refusing) {
    memory.add(memory("holdfast.redis.memory.used", used, "Bytes that count against maxmemory"));
    memory.add(memory("holdfast.redis.memory.max", most, "maxmemory in bytes; 0: none"));
    memory.add(
        memory(
            "holdfast.redis.refusing",
            () -> refusing.getAsBoolean() ? 1 : 0,
            "1 while what grows is refused, for the reserve"));
  }

  private Gauge memory(String name, LongSupplier value, String description) {
    return Gauge.builder(name, value::getAsLong)
        .description(description)
        .tag("purpose", purpose)
        .register(registry);
  }

  void answered(long nanos) {
    commands.record(nanos, TimeUnit.NANOSECONDS);
  }

  /**
   * @param kind what failed, of a small fixed set
   */
  void failed(String kind) {
    registry.counter("holdfast.redis.errors", "purpose", purpose, "kind", kind).increment();
  }

  void reconnected() {
    reconnects.increment();
  }

  /** A closed link is not "down": its gauges go. */
  void close() {
    registry.remove(up);
    registry.remove(waiting);
    memory.forEach(registry::remove);
  }
}
