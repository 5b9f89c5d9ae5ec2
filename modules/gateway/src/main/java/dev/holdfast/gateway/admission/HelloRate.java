package dev.holdfast.gateway.admission;

import java.util.concurrent.ThreadLocalRandom;

/**
 * Limits the hellos that a node takes in a second; as many may come at once. Clients that are
 * refused get different times to come again, so that they don't all come back at once; beyond the
 * longest time, random ones in its second half. Safe on any thread.
 */
final class HelloRate {
  private static final long LONGEST_MS = 10_000;

  private final double perNano;
  private final double most;
  private double left;
  private double promised;
  private long filled;

  HelloRate(int rate) {
    this.perNano = rate / 1e9;
    this.most = rate;
    this.left = rate;
    this.filled = System.nanoTime();
  }

  /** Takes one and returns 0; or takes none, and returns the ms after which there may be one. */
  synchronized long take(long now) {
    double more = Math.max(0, now - filled) * perNano;
    left = Math.min(most, left + more);
    promised = Math.max(0, promised - more);
    filled = now;
    if (left >= 1) {
      left -= 1;
      return 0;
    }
    promised++;
    long wait = (long) Math.ceil((promised - left) / perNano / 1e6);
    return wait < LONGEST_MS
        ? Math.max(1, wait)
        : ThreadLocalRandom.current().nextLong(LONGEST_MS / 2, LONGEST_MS);
  }
}
