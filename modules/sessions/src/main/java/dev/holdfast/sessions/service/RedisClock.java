package dev.holdfast.sessions.service;

import java.util.concurrent.TimeUnit;

/**
 * An estimate of Redis' time, from what Redis said last. For scores of due times only: scripts read
 * the time themselves. Confined to the verticle's context.
 */
final class RedisClock {
  private long offset;

  void heard(long redisMs) {
    offset = redisMs - TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
  }

  /** In ms. */
  long now() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime()) + offset;
  }
}
