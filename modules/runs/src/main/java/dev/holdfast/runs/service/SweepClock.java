package dev.holdfast.runs.service;

import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisLink;
import java.time.Duration;
import java.util.List;
import java.util.function.IntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sweeps again and again, one sweep at a time, while Redis is there. Confined to its context. */
final class SweepClock {
  /** Time between calls of {@link #tick}. */
  static final long TICK_MS = 1_000;

  private static final Logger LOG = LoggerFactory.getLogger(SweepClock.class);

  /** Of so many sweeps one is of all shards: what nobody has as its share is found by that. */
  private static final int SHARED_SWEEPS = 10;

  private final Sweeping sweeping;
  private final RedisLink link;
  private final IntFunction<List<Integer>> share;
  private boolean sweeps;
  private int swept;

  /** Since when Redis has been there, in ns of this process. */
  private long upSince = System.nanoTime();

  /**
   * @param share returns this node's part of so many numbered shards
   */
  SweepClock(Sweeping sweeping, RedisLink link, IntFunction<List<Integer>> share) {
    this.sweeping = sweeping;
    this.link = link;
    this.share = share;
    link.onUp(slots -> upSince = System.nanoTime());
  }

  void tick() {
    if (sweeps || !link.up()) {
      return;
    }
    sweeps = true;
    boolean all = swept++ % SHARED_SWEEPS == 0;
    sweeping
        .sweep(
            Duration.ofNanos(System.nanoTime() - upSince),
            all ? Sweeping.ALL : share.apply(Keys.SHARDS))
        .onFailure(failure -> LOG.warn("The sweep of runs failed: {}", failure.getMessage()))
        .onComplete(done -> sweeps = false);
  }
}
