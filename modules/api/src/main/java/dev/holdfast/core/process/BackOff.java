package dev.holdfast.core.process;

import java.util.concurrent.ThreadLocalRandom;

/**
 * Waits between tries: random, below a bound that doubles with each failure ("full jitter"), so
 * that those who failed together do not come back together. Any thread.
 *
 * @param firstMs the bound before the first failure, in ms, positive
 * @param mostMs the greatest bound, in ms, at least {@code firstMs}
 */
public record BackOff(long firstMs, long mostMs) {
  private static final int MOST_DOUBLINGS = 30;

  public BackOff {
    if (firstMs < 1 || mostMs < firstMs || mostMs > Long.MAX_VALUE >> MOST_DOUBLINGS) {
      throw new IllegalArgumentException("back-off: " + firstMs + " to " + mostMs + " ms");
    }
  }

  /**
   * Returns a wait in ms, at least 1.
   *
   * @param failures in a row until now, of any number
   */
  public long delay(int failures) {
    long bound = Math.min(mostMs, firstMs << Math.min(failures, MOST_DOUBLINGS));
    return ThreadLocalRandom.current().nextLong(bound) + 1;
  }
}
