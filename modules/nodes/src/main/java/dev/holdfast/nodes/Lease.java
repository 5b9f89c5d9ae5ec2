package dev.holdfast.nodes;

import java.time.Duration;

/**
 * The lease of this node, judged by its own monotonic clock. It counts from before the renewal was
 * sent, so the node never believes in it longer than Redis does. Written on the verticle's context;
 * {@link #held()} may be read on any thread.
 */
final class Lease {
  private static final int PERIODS = 2;

  private final long lengthNanos;
  private volatile long until;
  private volatile boolean opened;
  private boolean interrupted;
  private long since;

  Lease(Duration length) {
    this.lengthNanos = length.toNanos();
  }

  /**
   * @param sentAt {@code System.nanoTime()} before the renewal was sent
   * @param lapsed whether Redis says that it had run out
   */
  void renewed(long sentAt, boolean lapsed) {
    if (lapsed || interrupted || !held()) {
      since = sentAt;
    }
    interrupted = false;
    until = sentAt + lengthNanos;
    opened = true;
  }

  /**
   * A renewal failed, or the link to Redis broke: the others may have it worse, and their leases
   * may have run out though this one did not.
   */
  void interrupted() {
    interrupted = true;
  }

  void lost() {
    opened = false;
  }

  boolean held() {
    return opened && System.nanoTime() - until < 0;
  }

  /**
   * Held, and renewed without a failure, for two periods. Who may reap or sweep: after an outage of
   * Redis all nodes have had the time to renew.
   */
  boolean settled() {
    return !interrupted && held() && System.nanoTime() - since >= PERIODS * lengthNanos;
  }
}
