package dev.holdfast.channels;

import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Position;
import io.vertx.core.Future;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A consumer's lease while this instance holds it: renewed by a timer, together with the cursor.
 * Counts its time from before each request, so that it takes itself for expired no later than Redis
 * does. Confined to the consumer's context.
 */
final class ConsumerLease {
  private static final Logger LOG = LoggerFactory.getLogger(ConsumerLease.class);
  private static final long TICK_MS = 1_000;

  private final ConsumerTask task;
  private final ConsumerRef ref;
  private final long lengthNs;
  private final long timer;
  private Position handled;
  private Position stored;
  private long renewedAt;
  private boolean underWay;
  private boolean fenced;
  private Runnable lost = () -> {};

  /**
   * @param cursor where the claim put it
   * @param claimedAt nano time before the claim was sent
   */
  ConsumerLease(ConsumerTask task, ConsumerRef ref, Position cursor, long claimedAt) {
    this.task = task;
    this.ref = ref;
    this.handled = cursor;
    this.stored = cursor;
    this.renewedAt = claimedAt;
    this.lengthNs = task.config().lease().toNanos();
    long tick = Math.min(TICK_MS, TimeUnit.NANOSECONDS.toMillis(lengthNs / 3));
    this.timer =
        task.vertx().setPeriodic(tick, tock -> task.context().runOnContext(now -> this.tick()));
  }

  /** Returns the position up to which everything is handled. */
  Position handled() {
    return handled;
  }

  void handled(Position position) {
    handled = position;
  }

  boolean holds() {
    return !fenced && System.nanoTime() - renewedAt < lengthNs;
  }

  /** Runs, perhaps more than once, when the lease is found to be lost. */
  void onLost(Runnable action) {
    lost = action;
  }

  private void tick() {
    if (!holds()) {
      lost.run();
    } else if (!handled.equals(stored) || System.nanoTime() - renewedAt > lengthNs / 3) {
      commit();
    }
  }

  /** Stores the cursor and renews, unless that is under way: the next tick sees to the rest. */
  void commit() {
    if (!underWay && !fenced) {
      underWay = true;
      send().onComplete(answered -> underWay = false);
    }
  }

  private Future<?> send() {
    Position cursor = handled;
    long sentAt = System.nanoTime();
    long lease = task.config().lease().toMillis();
    return task.client()
        .ask(new ConsumerMessage.Commit(task.service(), ref, cursor, lease))
        .onSuccess(
            done -> {
              stored = cursor;
              renewedAt = sentAt;
            })
        .onFailure(this::notStored);
  }

  /** Leaves what is retryable to the next tick; the lease may end until then. */
  private void notStored(Throwable failure) {
    HoldfastException named = HoldfastException.from(failure);
    if (!named.code().retryable) {
      fenced = true;
      LOG.info("consumer {} of {} is no longer held: {}", ref.name(), ref.channel(), named.code());
      lost.run();
    }
  }

  /** Stores what is handled and gives the lease back, as far as they can be reached. */
  Future<Void> end() {
    task.vertx().cancelTimer(timer);
    if (fenced) {
      return Future.succeededFuture();
    }
    return send()
        .compose(stored -> task.client().ask(new ConsumerMessage.Release(task.service(), ref)))
        .otherwiseEmpty()
        .mapEmpty();
  }
}
