package dev.holdfast.core.bus;

/**
 * Limits the requests that are asked twice without proof that the first is lost: one for ten, and a
 * few at once. So a cluster that is slow, not dead, gets at most a tenth more to do. Safe on any
 * thread.
 */
final class SpareAsks {
  private static final int PER_ASK = 1;
  private static final int COST = 10;
  private static final int MOST = 128 * COST;

  private int left = MOST;

  synchronized void asked() {
    left = Math.min(MOST, left + PER_ASK);
  }

  synchronized boolean take() {
    if (left < COST) {
      return false;
    }
    left -= COST;
    return true;
  }
}
