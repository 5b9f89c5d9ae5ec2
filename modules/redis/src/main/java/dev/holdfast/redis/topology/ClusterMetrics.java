package dev.holdfast.redis.topology;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The meters of a cluster's slot map. Any thread. */
public final class ClusterMetrics {
  private final MeterRegistry registry;
  private final List<Gauge> masters = new ArrayList<>();
  private volatile int answering;
  private volatile int unserved = Slots.COUNT;
  private @Nullable SlotMap followed;

  public ClusterMetrics(MeterRegistry registry) {
    this.registry = registry;
  }

  /**
   * Registers those that are not registered: a node's meters are taken out at the end of a life,
   * and its next one may come while the topology is still there.
   */
  public synchronized void bind() {
    changes();
    servers();
    slots();
    SlotMap map = followed;
    if (map != null) {
      show(map);
    }
  }

  private Counter changes() {
    return Counter.builder("holdfast.redis.master.changes")
        .description("Slot maps that were followed after the first")
        .register(registry);
  }

  private Gauge servers() {
    return Gauge.builder("holdfast.redis.cluster.servers", () -> answering)
        .description("Servers of the cluster that answered when they were asked last")
        .register(registry);
  }

  private Gauge slots() {
    return Gauge.builder("holdfast.redis.cluster.unserved", () -> unserved)
        .description("Slots that nobody serves")
        .register(registry);
  }

  void answering(int count) {
    answering = count;
  }

  synchronized void follows(SlotMap map, boolean change) {
    if (change) {
      changes().increment();
    }
    followed = map;
    unserved = map.slots(null).size();
    show(map);
  }

  /** One for each master of the cluster: its tag is the address. */
  private void show(SlotMap map) {
    forget();
    for (ServerAddress master : map.masters()) {
      masters.add(
          Gauge.builder("holdfast.redis.master", () -> 1)
              .description("1, with the address of a master in use")
              .tag("address", master.toString())
              .register(registry));
    }
  }

  synchronized void close() {
    registry.remove(servers());
    registry.remove(slots());
    forget();
  }

  private void forget() {
    masters.forEach(registry::remove);
    masters.clear();
  }
}
