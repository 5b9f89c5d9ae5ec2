package dev.holdfast.sessions.service;

import dev.holdfast.redis.RedisLink;
import dev.holdfast.redis.Reply;
import io.vertx.core.Future;
import java.util.concurrent.TimeUnit;

/**
 * Estimates Redis' time by what Redis said last. For scores of due times only: scripts read the
 * time themselves. Confined to the verticle's context.
 */
final class RedisClock {
  private final RedisLink link;
  private long offset;

  RedisClock(RedisLink link) {
    this.link = link;
  }

  /** Asks Redis for its time, in ms. */
  Future<Long> sync() {
    return link.send("TIME").map(this::heard);
  }

  private long heard(Reply time) {
    long now = time.at(0).asLong() * 1_000 + time.at(1).asLong() / 1_000;
    heard(now);
    return now;
  }

  void heard(long redisMs) {
    offset = redisMs - TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
  }

  /** Estimates the time of now, in ms. */
  long now() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime()) + offset;
  }
}
