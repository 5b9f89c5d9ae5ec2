package dev.holdfast.limits.use;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.ObjLongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What one tenant used at this node since the last report. Counted on any thread, reported on one.
 */
final class TenantUse {
  private static final Use[] ALL = Use.values();

  final String tenant;
  private final AtomicLongArray amounts = new AtomicLongArray(ALL.length);
  private final AtomicInteger open = new AtomicInteger();
  private volatile long touched = System.nanoTime();
  private volatile @Nullable Report unanswered;

  /**
   * Amounts that are reported until they are acknowledged, in the same words each time.
   *
   * @param amounts by the order of {@link Use}
   */
  record Report(long version, long[] amounts) {
    long amount(Use what) {
      return amounts[what.ordinal()];
    }
  }

  TenantUse(String tenant) {
    this.tenant = tenant;
  }

  void add(Use what, long amount) {
    amounts.addAndGet(what.ordinal(), amount);
  }

  void peak(Use what, long amount) {
    amounts.accumulateAndGet(what.ordinal(), amount, Math::max);
  }

  void opened() {
    add(Use.CONNECTS, 1);
    peak(Use.CONNECTIONS, open.incrementAndGet());
  }

  void closed() {
    open.decrementAndGet();
  }

  boolean isToBeReported() {
    return unanswered != null || !isEmpty();
  }

  private boolean isEmpty() {
    return Arrays.stream(ALL).allMatch(what -> amounts.get(what.ordinal()) == 0);
  }

  /**
   * Returns what is to be reported: what was reported before, until it is answered; else all that
   * was counted since. The connections that are open now begin the next one.
   *
   * @param version for a new report, greater than all before
   */
  Report report(long version, long now) {
    Report report = unanswered;
    if (report == null) {
      long[] taken = new long[ALL.length];
      for (Use what : ALL) {
        long next = what == Use.CONNECTIONS ? open.get() : 0;
        taken[what.ordinal()] = amounts.getAndSet(what.ordinal(), next);
      }
      touched = now;
      report = new Report(version, taken);
      unanswered = report;
    }
    return report;
  }

  void answered(Report report) {
    if (unanswered == report) {
      unanswered = null;
    }
  }

  /** Takes what was counted, and nobody reported. */
  void each(ObjLongConsumer<Use> action) {
    for (Use what : ALL) {
      long amount = amounts.getAndSet(what.ordinal(), 0);
      if (amount != 0) {
        action.accept(what, amount);
      }
    }
  }

  /** Returns whether nothing was counted for so long, and all before is reported. */
  boolean isIdle(long now, long longest) {
    return unanswered == null && open.get() == 0 && now - touched > longest && isEmpty();
  }
}
