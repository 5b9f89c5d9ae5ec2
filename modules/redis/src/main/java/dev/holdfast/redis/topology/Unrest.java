package dev.holdfast.redis.topology;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Counts the changes of a slot map within the last minute. One thread. */
final class Unrest {
  /** Changes within a minute beyond which it is great. */
  static final int MOST = 20;

  private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

  private final LongSupplier clock;
  private final Deque<Long> changes = new ArrayDeque<>();

  /**
   * @param clock in ns
   */
  Unrest(LongSupplier clock) {
    this.clock = clock;
  }

  void noted() {
    changes.add(clock.getAsLong());
    if (changes.size() > MOST + 1) {
      changes.remove();
    }
  }

  boolean isGreat() {
    Long first = changes.peek();
    return changes.size() > MOST && first != null && clock.getAsLong() - first < MINUTE;
  }
}
