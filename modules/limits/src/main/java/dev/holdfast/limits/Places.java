package dev.holdfast.limits;

import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One count of one account at this node: places in use, and places that the node claimed in Redis.
 * A small part of the limit needs no claim, so that a user of a few places costs Redis nothing.
 * Places in use stay, even if the limit is lowered. Guarded by its account.
 */
final class Places {
  /** The part of the limit that needs no claim, at all nodes together. */
  private static final double FREE = 0.03;

  /** The part of what is in use that is claimed on top, ahead of need. */
  private static final double AHEAD = 0.02;

  /** Null until the first one waits: there may be many accounts. */
  private @Nullable Deque<Waiting> waiting;

  private long used;
  private long claimed;
  private long asked;
  private boolean underWay;
  private boolean stale;

  private record Waiting(long amount, Promise<Boolean> promise) {}

  /**
   * Takes places now, or later when they fit. Completes the promise with false if there are none
   * left.
   *
   * @return the action to run after the account's lock is released: whoever gets the answer may ask
   *     for more
   */
  Runnable take(long amount, Promise<Boolean> promise, long limit, int nodes) {
    if (used + amount > limit) {
      return () -> promise.complete(false);
    }
    if (waiting != null || !fits(amount, limit, nodes)) {
      queue(amount, promise);
      return () -> {};
    }
    used += amount;
    return () -> promise.complete(true);
  }

  private boolean fits(long amount, long limit, int nodes) {
    return used + amount <= Math.min(limit, claimed + free(limit, nodes));
  }

  private static long free(long limit, int nodes) {
    return (long) (limit * FREE / Math.max(3, nodes));
  }

  private void queue(long amount, Promise<Boolean> promise) {
    waiting = waiting == null ? new ArrayDeque<>() : waiting;
    waiting.add(new Waiting(amount, promise));
  }

  /** Takes places that can't be refused. */
  void force(long amount) {
    used += amount;
  }

  void give(long amount) {
    used -= amount;
  }

  boolean none() {
    return used == 0 && claimed == 0 && waiting == null && !underWay;
  }

  /** Returns whether the claim in Redis should be changed. */
  boolean differs(long limit, int nodes) {
    long needed = needed(limit, nodes);
    boolean many = claimed > needed && claimed - needed > 2 * spare();
    return !underWay && (stale || waiting != null || needed > claimed || many);
  }

  /** Returns how many places to claim. One of the next two methods answers it. */
  long ask(long limit, int nodes) {
    underWay = true;
    stale = false;
    long needed = needed(limit, nodes);
    asked = needed == 0 ? 0 : needed + spare();
    return asked;
  }

  private long needed(long limit, int nodes) {
    long awaited = 0;
    if (waiting != null) {
      awaited = waiting.stream().mapToLong(Waiting::amount).sum();
    }
    return Math.max(0, used + awaited - free(limit, nodes));
  }

  private long spare() {
    return (long) (used * AHEAD);
  }

  /** Returns how many places Redis has to grant, because they are in use. */
  long least(long limit, int nodes) {
    return Math.min(asked, Math.max(0, used - free(limit, nodes)));
  }

  /**
   * Takes over what Redis granted. If it is less than was asked for, there are no more.
   *
   * @return like {@link #take}
   */
  List<Runnable> granted(long amount, long limit, int nodes) {
    underWay = false;
    claimed = amount;
    boolean full = amount < asked;
    List<Runnable> answers = new ArrayList<>();
    for (Waiting next : taken()) {
      boolean fits = fits(next.amount(), limit, nodes);
      if (fits || full || used + next.amount() > limit) {
        used += fits ? next.amount() : 0;
        answers.add(() -> next.promise().complete(fits));
      } else {
        queue(next.amount(), next.promise()); // it came after that was asked
      }
    }
    return answers;
  }

  /**
   * Goes on without Redis, by what is in use here.
   *
   * @return like {@link #take}
   */
  List<Runnable> unanswered(long limit) {
    underWay = false;
    stale = true;
    List<Runnable> answers = new ArrayList<>();
    for (Waiting next : taken()) {
      boolean fits = used + next.amount() <= limit;
      used += fits ? next.amount() : 0;
      answers.add(() -> next.promise().complete(fits));
    }
    return answers;
  }

  private Deque<Waiting> taken() {
    Deque<Waiting> all = waiting == null ? new ArrayDeque<>() : waiting;
    waiting = null;
    return all;
  }

  /** Marks the claim as unsure: Redis may have an older state. */
  void doubt() {
    stale = claimed > 0 || used > 0;
  }
}
