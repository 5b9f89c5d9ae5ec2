package dev.holdfast.redis;

import java.util.concurrent.TimeUnit;

/**
 * An estimate of the server's time that is never behind it, by less than one round trip ahead: as
 * if what the server said last had been said when it was asked. A clock that is set meanwhile makes
 * it wrong until the server is asked again. Confined to the link's context.
 */
final class ServerClock {
  private long offset;
  private long askedNanos = System.nanoTime();

  /** The server is being asked. */
  void asked(long now) {
    askedNanos = now;
  }

  /**
   * @param asked {@link System#nanoTime} when the question was written
   */
  void heard(long serverMs, long asked) {
    offset = serverMs - TimeUnit.NANOSECONDS.toMillis(asked);
    askedNanos = asked;
  }

  boolean isOlderThan(long nanos, long now) {
    return now - askedNanos > nanos;
  }

  /** In ms. */
  long now() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime()) + offset;
  }
}
