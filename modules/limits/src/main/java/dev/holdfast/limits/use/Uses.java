package dev.holdfast.limits.use;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Counts what tenants use at this node: some 500 bytes of heap for each tenant that uses something.
 * A tenant beyond the most is not counted until there is room. Any thread, no I/O, unless a method
 * says otherwise.
 */
public final class Uses {
  /** Counts nothing. */
  public static final Uses NONE = new Uses(0);

  private static final long IDLE = TimeUnit.MINUTES.toNanos(10);

  private final int most;
  private final Map<String, TenantUse> tenants = new ConcurrentHashMap<>();
  private final AtomicLong uncounted = new AtomicLong();

  /** Those that were forgotten last; another thread may have been adding to one just then. */
  private List<TenantUse> forgotten = List.of();

  /**
   * @param most tenants that are counted at a time
   */
  public Uses(int most) {
    this.most = most;
  }

  /** Adds an amount to a sum. */
  public void add(String tenant, Use what, long amount) {
    TenantUse use = amount == 0 ? null : of(tenant);
    if (use != null) {
      use.add(what, amount);
    }
  }

  /** Notes an amount that is there now. */
  public void peak(String tenant, Use what, long amount) {
    TenantUse use = amount == 0 ? null : of(tenant);
    if (use != null) {
      use.peak(what, amount);
    }
  }

  /**
   * Counts a connection that is open until the action runs.
   *
   * @return to be run once
   */
  public Runnable opened(String tenant) {
    if (isFull(tenant)) {
      return () -> {};
    }
    TenantUse use =
        tenants.compute(
            tenant,
            (name, known) -> {
              TenantUse of = known == null ? new TenantUse(name) : known;
              of.opened(); // within, so that it is not forgotten meanwhile
              return of;
            });
    return use::closed;
  }

  private @Nullable TenantUse of(String tenant) {
    TenantUse known = tenants.get(tenant);
    if (known != null) {
      return known;
    }
    return isFull(tenant) ? null : tenants.computeIfAbsent(tenant, TenantUse::new);
  }

  private boolean isFull(String tenant) {
    boolean full = tenants.size() >= most && !tenants.containsKey(tenant);
    if (full) {
      uncounted.incrementAndGet();
    }
    return full;
  }

  int size() {
    return tenants.size();
  }

  /** Returns how often something was not counted, as there were too many tenants. */
  long uncounted() {
    return uncounted.get();
  }

  void each(Consumer<TenantUse> action) {
    tenants.values().forEach(action);
  }

  /**
   * Forgets tenants of which there was nothing for ten minutes. What was added to one while it was
   * being forgotten is found by the next call. One thread.
   */
  void forgetIdle(long now) {
    for (TenantUse late : forgotten) {
      late.each((what, amount) -> again(late.tenant, what, amount));
    }
    List<TenantUse> gone = new ArrayList<>();
    for (String tenant : tenants.keySet()) {
      tenants.computeIfPresent(
          tenant,
          (name, use) -> {
            boolean idle = use.isIdle(now, IDLE);
            if (idle) {
              gone.add(use);
            }
            return idle ? null : use;
          });
    }
    forgotten = gone;
  }

  private void again(String tenant, Use what, long amount) {
    if (what.isPeak()) {
      peak(tenant, what, amount);
    } else {
      add(tenant, what, amount);
    }
  }
}
