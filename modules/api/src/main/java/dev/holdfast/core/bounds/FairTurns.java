package dev.holdfast.core.bounds;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets a bounded number of works be under way, and fewer of each group (a tenant, say). What waits
 * goes by turns of the groups, and in its order within one: a group that asks for much waits behind
 * itself. What has waited for too long, or whose asker is gone, is dropped without being begun:
 * when it would be its turn, or by {@link #sweep}. What comes where too much of its group waits is
 * refused with RATE_LIMITED. Confined to one context.
 */
public final class FairTurns {
  private final Bounds bounds;
  private final Budget.@Nullable Share share;
  private final Counter late;
  private final Counter refused;
  private final Map<String, Group> groups = new HashMap<>();
  private final ArrayDeque<Group> ready = new ArrayDeque<>();
  private int underWay;
  private boolean going;

  /**
   * The bounds of the work at a time.
   *
   * @param most works under way
   * @param mostOfGroup of these
   * @param mostWaiting works of one group
   * @param patienceMs longest wait
   * @param bytes that a work takes of the share
   */
  public record Bounds(int most, int mostOfGroup, int mostWaiting, long patienceMs, long bytes) {}

  private static final class Group {
    private final String name;
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private int underWay;
    private boolean queued;

    private Group(String name) {
      this.name = name;
    }
  }

  private record Waiting(long since, BooleanSupplier gone, Runnable begin, Promise<?> promise) {
    boolean isLate(long patienceMs) {
      return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - since) > patienceMs;
    }
  }

  /**
   * @param kind tags the meters; of a small fixed set
   * @param share that works take from, which nobody else does; none: they take no memory
   */
  public FairTurns(
      String kind, Bounds bounds, Budget.@Nullable Share share, MeterRegistry registry) {
    this.bounds = bounds;
    this.share = share;
    this.late = registry.counter("holdfast.turns.dropped", "kind", kind, "why", "late");
    this.refused = registry.counter("holdfast.turns.dropped", "kind", kind, "why", "many");
  }

  /** Runs it as {@link #run(String, BooleanSupplier, Supplier)} does, whoever is gone. */
  public <T> Future<T> run(String group, Supplier<Future<T>> work) {
    return run(group, () -> false, work);
  }

  /**
   * Runs a work now, or when it is its turn.
   *
   * @param gone whether nobody waits for the answer any more; asked right before it would begin
   */
  public <T> Future<T> run(String group, BooleanSupplier gone, Supplier<Future<T>> work) {
    Group of = groups.computeIfAbsent(group, Group::new);
    if (of.waiting.size() >= bounds.mostWaiting()) {
      refused.increment();
      return Future.failedFuture(
          new HoldfastException(ErrorCode.RATE_LIMITED, "too much of " + group + " waits"));
    }
    Promise<T> promise = Promise.promise();
    of.waiting.add(new Waiting(System.nanoTime(), gone, () -> begin(of, work, promise), promise));
    queue(of);
    goOn();
    return promise.future();
  }

  /**
   * Drops what has waited for too long, also while no work ends. To be called now and then by an
   * owner whose askers wait for no longer.
   */
  public void sweep() {
    List<Waiting> dropped = new ArrayList<>();
    for (Group group : groups.values()) {
      Waiting first = group.waiting.peek();
      while (first != null && first.isLate(bounds.patienceMs())) {
        dropped.add(group.waiting.poll());
        first = group.waiting.peek();
      }
    }
    ready.removeIf(this::isIdle);
    groups.values().removeIf(group -> group.waiting.isEmpty() && group.underWay == 0);
    // Their askers may come again from within.
    dropped.forEach(this::late);
  }

  private boolean isIdle(Group group) {
    group.queued = !group.waiting.isEmpty();
    return !group.queued;
  }

  private void late(Waiting dropped) {
    late.increment();
    dropped.promise().fail(new HoldfastException(ErrorCode.TIMEOUT, "waited for too long"));
  }

  private void queue(Group group) {
    boolean may = !group.waiting.isEmpty() && group.underWay < bounds.mostOfGroup();
    if (may && !group.queued) {
      group.queued = true;
      ready.add(group);
    }
  }

  /** A loop, as works that fail at once end from within: each in its turn, not in the other. */
  private void goOn() {
    if (going) {
      return;
    }
    going = true;
    while (underWay < bounds.most() && !ready.isEmpty() && takes()) {
      Group group = ready.poll();
      group.queued = false;
      next(group);
      queue(group);
      forget(group);
    }
    going = false;
  }

  /** Takes a place, which what is dropped gives back. */
  private boolean takes() {
    if (share != null && !share.tryTake(bounds.bytes())) {
      return false;
    }
    underWay++;
    return true;
  }

  private void gives() {
    underWay--;
    if (share != null) {
      share.give(bounds.bytes());
    }
  }

  private void next(Group group) {
    Waiting next = group.waiting.poll();
    if (next.isLate(bounds.patienceMs()) || next.gone().getAsBoolean()) {
      gives();
      late(next);
    } else {
      group.underWay++;
      next.begin().run();
    }
  }

  private <T> void begin(Group group, Supplier<Future<T>> work, Promise<T> promise) {
    Future<T> begun;
    try {
      begun = work.get();
    } catch (RuntimeException e) {
      begun = Future.failedFuture(e);
    }
    begun.onComplete(
        done -> {
          gives();
          group.underWay--;
          queue(group);
          forget(group);
          promise.handle(done);
          goOn();
        });
  }

  private void forget(Group group) {
    if (group.underWay == 0 && group.waiting.isEmpty()) {
      groups.remove(group.name, group);
    }
  }
}
