package dev.holdfast.redis;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import io.vertx.core.Future;
import io.vertx.core.internal.ContextInternal;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The part of {@code maxmemory} that is left to what keeps or frees what there is: leases, resumes,
 * detaches, ends, commits. A link that is asked to watches what the server uses, once a second, and
 * four times a second where the reserve is near; what grows is refused with STORE_FULL while less
 * than the reserve is left, and taken again when half as much again is. What a node reports on
 * itself (the ends of sessions, say) may take half of the reserve.
 *
 * <p>The figures are those of the server that the link reached. They are a second old, so a flood
 * may take some of the reserve. A server without {@code maxmemory} has no reserve. Any thread but
 * where it says otherwise.
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
   * @param ask INFO memory
   * @param percent of maxmemory; 0: none
   */
  Reserve(ContextInternal context, Supplier<Future<Reply>> ask, LinkMetrics metrics, int percent) {
    this.context = context;
    this.ask = ask;
    this.metrics = metrics;
    this.percent = percent;
  }

  /**
   * Begins to watch, once. On the link's context.
   *
   * @return done when it was looked for the first time, or that failed
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

  /** Returns whether what grows is to be refused. */
  public boolean isTouched() {
    return touched;
  }

  /** {@link #isTouched} as scripts take it: 1 or 0. */
  public int flag() {
    return touched ? 1 : 0;
  }

  /** Returns the same for what a node reports on itself, which is refused later. */
  public int ownFlag() {
    return halfGone ? 1 : 0;
  }

  /**
   * Guards what grows without a script that gets {@link #flag}.
   *
   * @throws HoldfastException STORE_FULL where what grows is to be refused
   */
  public void require() {
    if (touched) {
      metrics.failed("oom");
      throw new HoldfastException(ErrorCode.STORE_FULL, "redis: the reserve is touched");
    }
  }

  /**
   * Returns whether the server has no limit, as far as is known, so that there can't be a reserve.
   */
  public boolean isUnbounded() {
    return memory != ServerMemory.UNKNOWN && memory.most() == 0;
  }

  /** Returns what is wrong, if something is. */
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
