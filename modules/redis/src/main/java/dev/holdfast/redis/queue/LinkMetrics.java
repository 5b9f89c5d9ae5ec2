package dev.holdfast.redis.queue;

import dev.holdfast.redis.server.MemoryLevel;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/** The meters of one link, all tagged with its purpose. */
public final class LinkMetrics {
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
  private final List<Gauge> gauges = new ArrayList<>();

  /** Those of each shard of a cluster, by its address. */
  private final Map<String, List<Gauge>> shards = new ConcurrentHashMap<>();

  public LinkMetrics(MeterRegistry registry, String purpose) {
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

  public void watch(BooleanSupplier isUp, IntSupplier notSent) {
    gauge("holdfast.redis.waiting", notSent::getAsInt, "Commands that wait for room in the window");
    gauge("holdfast.redis.up", () -> isUp.getAsBoolean() ? 1 : 0, "1 while the link is usable");
  }

  public void watchMemory(LongSupplier used, LongSupplier most, BooleanSupplier refusing) {
    gauge("holdfast.redis.memory.used", used, "Bytes that count against maxmemory");
    gauge("holdfast.redis.memory.max", most, "maxmemory in bytes; 0: none");
    gauge(
        "holdfast.redis.refusing",
        () -> refusing.getAsBoolean() ? 1 : 0,
        "1 while what grows is refused, for the reserve");
  }

  private void gauge(String name, LongSupplier value, String description) {
    gauges.add(gauge(name, value, description, Tags.empty()));
  }

  private Gauge gauge(String name, LongSupplier value, String description, Tags tags) {
    return Gauge.builder(name, value::getAsLong)
        .description(description)
        .tags(tags.and("purpose", purpose))
        .register(registry);
  }

  public void answered(long nanos) {
    commands.record(nanos, TimeUnit.NANOSECONDS);
  }

  /**
   * @param kind the kind of failure, one of a small fixed set
   */
  public void failed(String kind) {
    registry.counter("holdfast.redis.errors", "purpose", purpose, "kind", kind).increment();
  }

  /**
   * Shows one shard of a cluster, until it is undone.
   *
   * @return undoes it
   */
  public Runnable watchShard(String address, BooleanSupplier isUp) {
    var tags = Tags.of("address", address);
    List<Gauge> own = new ArrayList<>();
    own.add(
        gauge(
            "holdfast.redis.shard.up",
            () -> isUp.getAsBoolean() ? 1 : 0,
            "1 while the connection to this shard of a cluster is usable",
            tags));
    shards.put(address, own);
    return () -> {
      shards.remove(address);
      own.forEach(registry::remove);
    };
  }

  /** Shows the memory of a shard that is shown, once, until that is undone. */
  public void watchShardMemory(String address, MemoryLevel level) {
    List<Gauge> own = shards.get(address);
    if (own == null || own.size() > 1) {
      return;
    }
    var tags = Tags.of("address", address);
    own.add(
        gauge(
            "holdfast.redis.shard.memory.used",
            () -> level.memory().used(),
            "Bytes of this shard that count against its maxmemory",
            tags));
    own.add(
        gauge(
            "holdfast.redis.shard.memory.max",
            () -> level.memory().most(),
            "maxmemory of this shard in bytes; 0: none",
            tags));
    own.add(
        gauge(
            "holdfast.redis.shard.refusing",
            () -> level.isTouched() ? 1 : 0,
            "1 while what grows is refused at this shard, for its reserve",
            tags));
  }

  /**
   * @param kind of the redirection, one of a small fixed set
   */
  public void redirected(String kind) {
    registry.counter("holdfast.redis.redirects", "purpose", purpose, "kind", kind).increment();
  }

  public void reconnected() {
    reconnects.increment();
  }

  /** Removes the gauges: a closed link is not "down". */
  public void close() {
    gauges.forEach(registry::remove);
    shards.values().forEach(own -> own.forEach(registry::remove));
    shards.clear();
  }
}
