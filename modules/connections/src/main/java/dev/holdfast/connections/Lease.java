package dev.holdfast.connections;

import java.time.Duration;

/**
 * What this node may believe of its own lease, by its own monotonic clock: it counts from before
 * the renewal was sent, so it never believes longer than Redis does. Written on the verticle's
 * context; {@link #held()} may be read on any thread.
 */
final class Lease {
  private static final int PERIODS = 2;

  private final long lengthNanos;
  private volatile long until;
  private volatile boolean opened;
  private long since;

  Lease(Duration length) {
    this.lengthNanos = length.toNanos();
  }

  /**
   * @param sentAt {@code System.nanoTime()} before the renewal was sent
   * @param lapsed whether Redis says that it had run out
   */
  void renewed(long sentAt, boolean lapsed) {
    if (lapsed || !held()) {
      since = sentAt;
    }
    until = sentAt + lengthNanos;
    opened = true;
  }

  void lost() {
    opened = false;
  }

  boolean held() {
    return opened && System.nanoTime() - until < 0;
  }

  /**
   * Held for two periods without interruption. Who may reap or sweep: after an outage of Redis all
   * nodes have had the time to renew.
   */
  boolean settled() {
    return held() && System.nanoTime() - since >= PERIODS * lengthNanos;
  }
}
