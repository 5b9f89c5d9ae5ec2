package dev.holdfast.app.demo;

import java.util.HashSet;
import java.util.Set;

/**
 * What one client received of one channel, whose publications are numbered from 1. Confined to one
 * event loop.
 */
final class Ledger {
  private final Set<Long> missing = new HashSet<>();
  private long last;
  private long received;
  private long duplicated;
  private long outOfOrder;

  void received(long number) {
    received++;
    if (number > last) {
      for (long skipped = last + 1; skipped < number; skipped++) {
        missing.add(skipped);
      }
      last = number;
    } else if (missing.remove(number)) {
      outOfOrder++;
    } else {
      duplicated++;
    }
  }

  long received() {
    return received;
  }

  long duplicated() {
    return duplicated;
  }

  long outOfOrder() {
    return outOfOrder;
  }

  /**
   * @param published how many there are, or 0 where that is not known yet
   */
  long lost(long published) {
    return missing.size() + Math.max(0, published - last);
  }
}
