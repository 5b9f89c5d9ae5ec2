package dev.holdfast.core.bounds;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory of one node that is kept for others, in bytes and by name: whatever grows with what
 * clients, peers or Redis do belongs to a share, so that a node's memory has a number. A share
 * counts what its owner takes; the owner decides what to do without where it gets none. Metrics:
 * {@code holdfast_budget_bytes}, {@code holdfast_budget_limit_bytes} and {@code
 * holdfast_budget_refused_total}, each by {@code kind}. Any thread.
 */
public final class Budget implements AutoCloseable {
  private final MeterRegistry registry;
  private final List<Meter> meters = new CopyOnWriteArrayList<>();

  public Budget(MeterRegistry registry) {
    this.registry = registry;
  }

  /**
   * A part of the heap.
   *
   * @param configured bytes; 0 where the heap decides
   * @param parts how many of such would fill the heap
   */
  public static long partOfHeap(long configured, int parts) {
    return configured > 0 ? configured : Math.max(1, Runtime.getRuntime().maxMemory() / parts);
  }

  /**
   * @param kind of a small fixed set: a tag of the metrics; another one for each share
   * @param limit in bytes, positive
   */
  public Share share(String kind, long limit) {
    Counter refused = registry.counter("holdfast.budget.refused", "kind", kind);
    var share = new Share(limit, refused::increment);
    meters.add(gauge("holdfast.budget.bytes", kind, share.used));
    meters.add(gauge("holdfast.budget.limit.bytes", kind, new AtomicLong(limit)));
    return share;
  }

  private Gauge gauge(String name, String kind, AtomicLong value) {
    return Gauge.builder(name, value, AtomicLong::get)
        .tag("kind", kind)
        .strongReference(true)
        .register(registry);
  }

  /** Takes the gauges away, so that the next life of this node has its own. */
  @Override
  public void close() {
    meters.forEach(registry::remove);
    meters.clear();
  }

  /** A named part of the budget. */
  public static final class Share {
    private final long limit;
    private final Runnable countRefused;
    private final AtomicLong used = new AtomicLong();

    private Share(long limit, Runnable countRefused) {
      this.limit = limit;
      this.countRefused = countRefused;
    }

    /**
     * Returns a share without metrics, for a process that has no library for them.
     *
     * @param limit in bytes, positive
     */
    public static Share unmetered(long limit) {
      return new Share(limit, () -> {});
    }

    /**
     * Takes what fits. The first one always does, however large: what is larger than the limit
     * would otherwise never be had.
     */
    public boolean tryTake(long bytes) {
      long now = used.get();
      while (now == 0 || now + bytes <= limit) {
        if (used.compareAndSet(now, now + bytes)) {
          return true;
        }
        now = used.get();
      }
      countRefused.run();
      return false;
    }

    /** Counts a refusal that its owner decided on. */
    public void refused() {
      countRefused.run();
    }

    /** Takes also past the limit: for an owner that gives something else back at once. */
    public void take(long bytes) {
      used.addAndGet(bytes);
    }

    public void give(long bytes) {
      used.addAndGet(-bytes);
    }

    public long used() {
      return used.get();
    }

    public long limit() {
      return limit;
    }

    public boolean isOver() {
      return used.get() > limit;
    }
  }
}
