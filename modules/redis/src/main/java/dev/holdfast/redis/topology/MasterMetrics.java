package dev.holdfast.redis.topology;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import org.jspecify.annotations.Nullable;

/** The meters of a master that sentinels name. Any thread. */
public final class MasterMetrics {
  private final MeterRegistry registry;
  private final int configured;
  private volatile int answering;
  private @Nullable ServerAddress followed;

  /**
   * @param configured number of sentinels that are asked
   */
  public MasterMetrics(MeterRegistry registry, int configured) {
    this.registry = registry;
    this.configured = configured;
  }

  /**
   * Registers those that are not registered: a node's meters are taken out at the end of a life,
   * and its next one may come while the source is still there.
   */
  public synchronized void bind() {
    changes();
    sentinels();
    all();
    if (followed != null) {
      master(followed);
    }
  }

  private Counter changes() {
    return Counter.builder("holdfast.redis.master.changes")
        .description("Masters that were followed after the first")
        .register(registry);
  }

  private Gauge sentinels() {
    return Gauge.builder("holdfast.redis.sentinels", () -> answering)
        .description("Sentinels that named a master when they were asked last")
        .register(registry);
  }

  private Gauge all() {
    return Gauge.builder("holdfast.redis.sentinels.configured", () -> configured)
        .description("Sentinels that are asked")
        .register(registry);
  }

  /** One at a time: its tag is the address of the master in use. */
  private Gauge master(ServerAddress address) {
    return Gauge.builder("holdfast.redis.master", () -> 1)
        .description("1, with the address of the master in use")
        .tag("address", address.toString())
        .register(registry);
  }

  void answering(int count) {
    answering = count;
  }

  /**
   * @param kind why a sentinel named no master, of a small fixed set
   */
  void failed(String kind) {
    registry.counter("holdfast.redis.sentinel.errors", "kind", kind).increment();
  }

  void changed() {
    changes().increment();
  }

  synchronized void follows(ServerAddress address) {
    forget();
    followed = address;
    master(address);
  }

  synchronized void close() {
    registry.remove(sentinels());
    registry.remove(all());
    forget();
  }

  private void forget() {
    ServerAddress before = followed;
    if (before != null) {
      registry.remove(master(before));
      followed = null;
    }
  }
}
