package dev.holdfast.runs.service;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.runs.CancelNotice;
import dev.holdfast.runs.InboxEntry;
import dev.holdfast.runs.WorkMessage.Beat;
import dev.holdfast.runs.WorkMessage.Held;
import dev.holdfast.runs.inbox.InboxStore;
import dev.holdfast.runs.records.RunKey;
import dev.holdfast.runs.records.RunStore;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Signs of life of workers. Those that wait are answered at once when their run is cancelled, or
 * something is said to it, wherever that comes in: the node that takes it notifies all. A notice
 * that is lost costs the time until the next beat, as that asks the record. Confined to its
 * context.
 */
final class Beats {
  /**
   * That wait at a node. The runs of a tenant have a tenth of that, and more while half is free;
   * beats beyond it are answered without a wait.
   */
  static final int MOST = 20_000;

  /** Of a run: one is enough, and its worker may ask again before it is answered. */
  static final int MOST_OF_RUN = 4;

  /** Wanted to wait, and do not: beyond it they are refused. */
  private static final int MOST_AT_ONCE = 4_096;

  private final Vertx vertx;
  private final RunStore runs;
  private final InboxStore inbox;
  private final int most;
  private final Map<RunKey, Set<Promise<Boolean>>> waiting = new HashMap<>();
  private final Map<String, Integer> tenants = new HashMap<>();
  private int atOnce;
  private int size;
  private boolean stopped;

  /**
   * @param most that wait at a time
   */
  Beats(Vertx vertx, RunStore runs, InboxStore inbox, int most) {
    this.most = most;
    this.inbox = inbox;
    this.vertx = vertx;
    this.runs = runs;
  }

  /** What a beat has found. */
  private record Found(RunStore.Held held, List<InboxEntry> said) {
    boolean isNothing() {
      return !held.cancelled() && said.isEmpty();
    }
  }

  /** Renews a lease, and waits for a cancel or what is said, if the worker wants that. */
  Future<Held> beat(Beat beat) {
    return found(beat).map(found -> new Held(found.held().cancelled(), found.said()));
  }

  private Future<Found> found(Beat beat) {
    if (beat.waitMs() == 0) {
      return renew(beat);
    }
    return stopped || isFull(key(beat)) ? renewAtOnce(beat) : await(beat);
  }

  private boolean isFull(RunKey run) {
    int ofTenant = tenants.getOrDefault(run.tenant(), 0);
    return size >= most
        || ofTenant >= most / 10 && size >= most / 2
        || waiting.getOrDefault(run, Set.of()).size() >= MOST_OF_RUN;
  }

  /** Nobody else counts those that came to wait. */
  private Future<Found> renewAtOnce(Beat beat) {
    if (atOnce >= MOST_AT_ONCE) {
      return Future.failedFuture(
          new HoldfastException(ErrorCode.RATE_LIMITED, "too many beats at this node"));
    }
    atOnce++;
    return renew(beat).onComplete(renewed -> atOnce--);
  }

  private Future<Found> renew(Beat beat) {
    return runs.beat(key(beat), beat.generation(), false, beat.agent())
        .compose(held -> said(beat).map(said -> new Found(held, said)));
  }

  private Future<List<InboxEntry>> said(Beat beat) {
    return beat.after() == null
        ? Future.succeededFuture(List.of())
        : inbox.after(key(beat), beat.generation(), beat.after());
  }

  /** It waits before it asks: what is cancelled, or said, from now on is noticed. */
  private Future<Found> await(Beat beat) {
    RunKey run = key(beat);
    Promise<Boolean> notice = Promise.promise();
    waiting.computeIfAbsent(run, fresh -> new HashSet<>()).add(notice);
    tenants.merge(run.tenant(), 1, Integer::sum);
    size++;
    return renew(beat)
        .compose(
            found -> found.isNothing() ? await(beat, found, notice) : Future.succeededFuture(found))
        .onComplete(answered -> leave(run, notice));
  }

  private Future<Found> await(Beat beat, Found found, Promise<Boolean> notice) {
    long wait = Math.max(1, Math.min(beat.waitMs(), found.held().length() / 2));
    long from = System.nanoTime();
    long timer = vertx.setTimer(wait, late -> notice.tryComplete(false));
    return notice
        .future()
        .onComplete(noticed -> vertx.cancelTimer(timer))
        .compose(
            noticed -> {
              if (!noticed) {
                return Future.succeededFuture(found);
              }
              leave(key(beat), notice);
              long left = wait - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - from);
              return left > 0 && !stopped ? await(waiting(beat, left)) : renew(beat);
            });
  }

  /** A notice may bring nothing for this worker: then it waits on. */
  private static Beat waiting(Beat beat, long left) {
    return new Beat(
        beat.caller(),
        beat.tenant(),
        beat.run(),
        beat.generation(),
        beat.agent(),
        left,
        beat.after());
  }

  private void leave(RunKey run, Promise<Boolean> notice) {
    Set<Promise<Boolean>> same = waiting.get(run);
    if (same != null && same.remove(notice)) {
      size--;
      tenants.computeIfPresent(run.tenant(), (of, count) -> count > 1 ? count - 1 : null);
      if (same.isEmpty()) {
        waiting.remove(run);
      }
    }
  }

  /** A run was cancelled, or something was said to it, somewhere. */
  void noticed(CancelNotice notice) {
    Set<Promise<Boolean>> those = waiting.get(new RunKey(notice.tenant(), notice.run()));
    if (those != null) {
      List.copyOf(those).forEach(one -> one.tryComplete(true));
    }
  }

  /** Answers all that wait, so that they ask elsewhere. */
  void stop() {
    stopped = true;
    List<Promise<Boolean>> all = waiting.values().stream().flatMap(Set::stream).toList();
    all.forEach(one -> one.tryComplete(false));
  }

  int size() {
    return size;
  }

  private static RunKey key(Beat beat) {
    return new RunKey(beat.tenant(), beat.run());
  }
}
