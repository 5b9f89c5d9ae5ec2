package dev.holdfast.redis;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.redis.server.ServerMemory;
import io.vertx.core.Future;
import io.vertx.core.internal.ContextInternal;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The part of {@code maxmemory} that is kept for writes that keep or free what exists: leases,
 * resumes, detaches, ends, commits. A link that was asked to watches the server's memory once a
 * second, and four times a second near the reserve. While less than the reserve is left, writes
 * that grow the data are refused with STORE_FULL. They are accepted again when half as much again
 * is left. What a node reports on itself (the ends of sessions, say) may take half of the reserve.
 *
 * <p>The figures are those of the server that the link reached. They are a second old, so a flood
 * may take some of the reserve. A server without {@code maxmemory} has no reserve. Any thread,
 * unless a method says otherwise.
 */
public final class Reserve {
  private static final Logger LOG = LoggerFactory.getLogger(Reserve.class);
  private static final long PACE_MS = 1_000;
  private static final long NEAR_PACE_MS = 250;
  private static final double AGAIN = 1.5;
  private static final int NEAR = 2;

  private final ContextInternal context;
  private final Supplier<Future<Reply>> ask;
  private final LinkMetrics metrics;
  private final int percent;
  private volatile ServerMemory memory = ServerMemory.UNKNOWN;
  private volatile boolean touched;
  private volatile boolean halfGone;
  private boolean watching;
  private boolean stopped;
  private long timer = -1;

  /**
   * @param ask sends INFO memory
   * @param percent of maxmemory; 0: no reserve
   */
  Reserve(ContextInternal context, Supplier<Future<Reply>> ask, LinkMetrics metrics, int percent) {
    this.context = context;
    this.ask = ask;
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
    metrics.watchMemory(() -> memory.used(), () -> memory.most(), this::isTouched);
    return look();
  }

  void stop() {
    stopped = true;
    context.owner().cancelTimer(timer);
  }

  /** Returns whether writes that grow the data are to be refused. */
  public boolean isTouched() {
    return touched;
  }

  /** Returns {@link #isTouched} in the form that scripts take: 1 or 0. */
  public int flag() {
    return touched ? 1 : 0;
  }

  /** Returns the same for what a node reports on itself, which is refused later. */
  public int ownFlag() {
    return halfGone ? 1 : 0;
  }

  /**
   * Guards a write that grows the data without a script that gets {@link #flag}.
   *
   * @throws HoldfastException STORE_FULL if the write is to be refused
   */
  public void require() {
    if (touched) {
      metrics.failed("oom");
      throw new HoldfastException(ErrorCode.STORE_FULL, "redis: the reserve is touched");
    }
  }

  /** Returns whether the server has no limit, as far as is known, and thus no reserve. */
  public boolean isUnbounded() {
    return memory != ServerMemory.UNKNOWN && memory.most() == 0;
  }

  /** Returns a description of what is wrong; empty if nothing is. */
  public Optional<String> trouble() {
    return touched ? Optional.of(described()) : Optional.empty();
  }

  private String described() {
    return "Redis uses %d %% of its maxmemory of %d MiB: what grows is refused"
        .formatted(memory.usedPercent(), memory.most() >> 20);
  }

  private Future<Void> look() {
    return ask.get()
        .map(reply -> ServerMemory.parse(reply.asText()))
        .onSuccess(this::seen)
        .onFailure(failure -> LOG.debug("INFO memory: {}", failure.getMessage()))
        .transform(done -> Future.<Void>succeededFuture())
        .onComplete(done -> lookAgain());
  }

  private void lookAgain() {
    if (!stopped) {
      boolean near = memory.hasLessThan(NEAR * percent);
      timer = context.setTimer(near ? NEAR_PACE_MS : PACE_MS, now -> look());
    }
  }

  private void seen(ServerMemory fresh) {
    boolean before = touched;
    memory = fresh;
    touched = fresh.hasLessThan(touched ? AGAIN * percent : percent);
    halfGone = fresh.hasLessThan((halfGone ? AGAIN * percent : percent) / 2);
    if (touched && !before) {
      LOG.warn("{}", described());
    } else if (before && !touched) {
      LOG.info("Redis has room again: {} % of its maxmemory are used", fresh.usedPercent());
    }
  }
}
