package dev.holdfast.limits;

import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One count of one account, as this node has it: places in use, and places that it claimed in
 * Redis. A small part of the limit needs no claim, so that who has little costs Redis nothing. What
 * is in use stays, also where the limit becomes less. Guarded by its account.
 */
final class Places {
  /** Of all that needs no claim at all nodes together, that much of the limit. */
  private static final double FREE = 0.03;

  /** Of what is in use, that much more is claimed, ahead of need. */
  private static final double AHEAD = 0.02;

  /** Made when the first waits: there may be many accounts. */
  private @Nullable Deque<Waiting> waiting;

  private long used;
  private long claimed;
  private long asked;
  private boolean underWay;
  private boolean stale;

  private record Waiting(long amount, Promise<Boolean> promise) {}

  /**
   * Takes them now, or when they fit, and answers; false: there are none left.
   *
   * @return what to do after the account's lock is left: whoever gets the answer may ask for more
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

  /** Takes what can't be refused. */
  void force(long amount) {
    used += amount;
  }

  void give(long amount) {
    used -= amount;
  }

  boolean none() {
    return used == 0 && claimed == 0 && waiting == null && !underWay;
  }

  /** Returns whether another number is to be claimed. */
  boolean differs(long limit, int nodes) {
    long needed = needed(limit, nodes);
    boolean many = claimed > needed && claimed - needed > 2 * spare();
    return !underWay && (stale || waiting != null || needed > claimed || many);
  }

  /** How many to claim; to be answered by one of the next two. */
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

  /** What has to be granted: it is in use. */
  long least(long limit, int nodes) {
    return Math.min(asked, Math.max(0, used - free(limit, nodes)));
  }

  /**
   * Where fewer are granted than were asked for, there are no more.
   *
   * @return as {@link #take}
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
   * Redis is away: this node goes by what is in use here.
   *
   * @return as {@link #take}
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

  /** What Redis has may be older. */
  void doubt() {
    stale = claimed > 0 || used > 0;
  }
}
