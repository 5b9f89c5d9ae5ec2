package dev.holdfast.client.protocol;

import dev.holdfast.client.session.ClientTimes;
import java.util.concurrent.ThreadLocalRandom;

/** Random waits, so that many clients that lost one node do not come back as one wave. */
final class BackOff {
  private final long first;
  private final long longest;
  private long bound;

  BackOff(ClientTimes times) {
    this.first = times.firstWait().toMillis();
    this.longest = times.longestWait().toMillis();
    this.bound = first;
  }

  /** Begins the waits anew. */
  void begin() {
    bound = first;
  }

  /** Returns the next wait in ms, at least 1, and doubles the bound. */
  long next() {
    long wait = 1 + ThreadLocalRandom.current().nextLong(bound);
    bound = Math.min(longest, bound * 2);
    return wait;
  }
}
