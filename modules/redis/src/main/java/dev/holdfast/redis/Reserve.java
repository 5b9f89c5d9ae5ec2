package dev.holdfast.redis;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.redis.queue.LinkMetrics;
import dev.holdfast.redis.server.MemoryLevel;
import dev.holdfast.redis.server.ServerMemory;
import io.vertx.core.Future;
import io.vertx.core.internal.ContextInternal;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The part of {@code maxmemory} that is kept for writes that keep or free what exists: leases,
 * resumes, detaches, ends, commits. A link that was asked to watches its servers' memory once a
 * second, and four times a second near the reserve. While less than the reserve of a server is
 * left, writes that grow its data are refused with STORE_FULL. They are accepted again when half as
 * much again is left. What a node reports on itself (the ends of sessions, say) may take half of
 * the reserve.
 *
 * <p>The figures are those of the server that the link reached. They are a second old, so a flood
 * may take some of the reserve. A server without {@code maxmemory} has no reserve. Any thread,
 * unless a method says otherwise.
 */
public final class Reserve {
  private static final Logger LOG = LoggerFactory.getLogger(Reserve.class);
  private static final long PACE_MS = 1_000;
  private static final long NEAR_PACE_MS = 250;
  private static final int NEAR = 2;

  private final ContextInternal context;
  private final Shards shards;
  private final LinkMetrics metrics;
  private final int percent;
  private boolean watching;
  private boolean stopped;
  private long timer = -1;

  /**
   * @param shards whose memory is watched
   * @param percent of maxmemory; 0: no reserve
   */
  Reserve(ContextInternal context, Shards shards, LinkMetrics metrics, int percent) {
    this.context = context;
    this.shards = shards;
    this.metrics = metrics;
    this.percent = percent;
  }

  /**
   * Begins to watch, once. Called on the link's context.
   *
   * @return completes after the first look, even if that failed
   */
  public Future<Void> watch() {
    if (watching || percent == 0) {
      return Future.succeededFuture();
    }
    watching = true;
    metrics.watchMemory(
        () -> levels().mapToLong(level -> level.memory().used()).sum(),
        () -> levels().mapToLong(level -> level.memory().most()).sum(),
        this::isTouched);
    return look();
  }

  void stop() {
    stopped = true;
    context.owner().cancelTimer(timer);
  }

  private Stream<MemoryLevel> levels() {
    return shards.all().stream().map(Shard::memory);
  }

  private boolean any(Predicate<MemoryLevel> condition) {
    return levels().anyMatch(condition);
  }

  /** Returns whether a server refuses writes that grow the data. */
  public boolean isTouched() {
    return any(MemoryLevel::isTouched);
  }

  /** Returns the same for what a node reports on itself, which is refused later. */
  public boolean isHalfGone() {
    return any(MemoryLevel::isHalfGone);
  }

  /**
   * Guards a write that grows the data without a script that gets {@link ShardValue#FULL}, and
   * whose key is not known yet.
   *
   * @throws HoldfastException STORE_FULL if every server would refuse it
   */
  public void require() {
    refuseIf(isTouched() && levels().allMatch(MemoryLevel::isTouched), "");
  }

  /**
   * Guards a write that grows the data without a script that gets {@link ShardValue#FULL}.
   *
   * @param key what is written
   * @throws HoldfastException STORE_FULL if its server would refuse it
   */
  public void require(String key) {
    Shard shard = shards.of(key);
    refuseIf(
        shard != null && shard.memory().isTouched(), shard == null ? "" : " at " + shard.address());
  }

  private void refuseIf(boolean touched, String at) {
    if (touched) {
      metrics.failed("oom");
      throw new HoldfastException(ErrorCode.STORE_FULL, "redis" + at + ": the reserve is touched");
    }
  }

  /** Returns whether a server has no limit, as far as is known, and thus no reserve. */
  public boolean isUnbounded() {
    return any(MemoryLevel::isUnbounded);
  }

  /** Returns a description of each server whose reserve is touched; empty if none is. */
  public Optional<String> trouble() {
    return levels()
        .filter(MemoryLevel::isTouched)
        .map(MemoryLevel::described)
        .reduce((one, other) -> one + "; " + other);
  }

  private Future<Void> look() {
    return Future.join(shards.all().stream().map(this::look).toList())
        .transform(done -> Future.<Void>succeededFuture())
        .onComplete(done -> lookAgain());
  }

  private Future<?> look(Shard shard) {
    return shard
        .send("INFO", "memory")
        .onSuccess(reply -> shard.memory().seen(ServerMemory.parse(reply.asText()), percent))
        .onSuccess(seen -> metrics.watchShardMemory(shard.address().toString(), shard.memory()))
        .onFailure(failure -> LOG.debug("INFO memory: {}", failure.getMessage()));
  }

  private void lookAgain() {
    if (!stopped) {
      boolean near = any(level -> level.memory().hasLessThan(NEAR * percent));
      timer = context.setTimer(near ? NEAR_PACE_MS : PACE_MS, now -> look());
    }
  }
}
