package dev.holdfast.gateway.session;

import java.util.concurrent.TimeUnit;

/**
 * The channel tokens of one connection that were refused lately: each may have taken the check of a
 * signature. Confined to the event loop.
 */
final class RefusedTokens {
  /** Most within a minute; then none is looked at until the minute is over. */
  static final int MOST = 10;

  private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

  private long since;
  private int count;

  /** Counts one at this time, by {@link System#nanoTime}. */
  void count(long now) {
    if (count == 0 || now - since >= MINUTE) {
      since = now;
      count = 0;
    }
    count++;
  }

  /** Returns the ms until one is looked at again; 0: now. */
  long pause(long now) {
    long left = since + MINUTE - now;
    return count < MOST || left <= 0 ? 0 : 1 + TimeUnit.NANOSECONDS.toMillis(left);
  }
}
