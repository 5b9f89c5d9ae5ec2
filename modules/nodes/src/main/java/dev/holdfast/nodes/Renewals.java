package dev.holdfast.nodes;

import dev.holdfast.core.NodeId;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.sessions.Answer;
import dev.holdfast.sessions.SessionMessage;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Renews the TTLs of what is attached to this node, all of it once in a period: page by page, one
 * at a time, spread over the first half of the period, which begins at another moment on each node.
 * A page that fails is tried again, and does not keep those after it. Confined to the verticle's
 * context.
 */
final class Renewals {
  private static final Logger LOG = LoggerFactory.getLogger(Renewals.class);
  private static final long LONGEST_RETRY_MS = 10_000;

  private final Timers timers;
  private final LongSupplier clock;
  private final ServiceClient sessions;
  private final NodeId node;
  private final long period;
  private final BooleanSupplier ended;
  private long begun;

  /** Sets timers, which go with the verticle. */
  interface Timers {
    void set(long ms, Runnable step);
  }

  /**
   * @param clock {@link System#nanoTime}
   */
  Renewals(
      Timers timers,
      LongSupplier clock,
      ServiceClient sessions,
      NodeId node,
      Duration period,
      BooleanSupplier ended) {
    this.timers = timers;
    this.clock = clock;
    this.sessions = sessions;
    this.node = node;
    this.period = period.toMillis();
    this.ended = ended;
  }

  void start() {
    later(ThreadLocalRandom.current().nextLong(1, period + 1), this::begin);
  }

  private void begin() {
    begun = clock.getAsLong();
    page("");
  }

  private void page(String after) {
    sessions
        .ask(new SessionMessage.Renew(node, after))
        .onSuccess(this::renewed)
        .onFailure(failure -> failed(after, failure));
  }

  private void renewed(Answer.Renewed done) {
    if (done.failed() > 0) {
      LOG.warn("upkeep of {}: {} sessions were not renewed", node, done.failed());
    }
    String next = done.next();
    if (next == null) {
      later(Math.max(1, period - passed()), this::begin);
    } else {
      later(Math.max(1, period / 2 / Math.max(1, done.pages())), () -> page(next));
    }
  }

  /** The whole page: its sessions are not even known. */
  private void failed(String after, Throwable failure) {
    LOG.warn("upkeep of {} waits: {}", node, failure.getMessage());
    later(Math.max(1, Math.min(LONGEST_RETRY_MS, period / 10)), () -> page(after));
  }

  private long passed() {
    return (clock.getAsLong() - begun) / 1_000_000;
  }

  private void later(long ms, Runnable step) {
    timers.set(
        ms,
        () -> {
          if (!ended.getAsBoolean()) {
            step.run();
          }
        });
  }
}
