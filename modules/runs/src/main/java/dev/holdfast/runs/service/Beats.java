package dev.holdfast.runs.service;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.runs.CancelNotice;
import dev.holdfast.runs.WorkMessage.Beat;
import dev.holdfast.runs.records.RunKey;
import dev.holdfast.runs.records.RunStore;
import dev.holdfast.runs.records.RunStore.Held;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Signs of life of workers. Those that wait are answered at once when their run is cancelled,
 * wherever that comes in: the node that takes a cancel notifies all. A notice that is lost costs
 * the time until the next beat, as that asks the record. Confined to its context.
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
  private final int most;
  private final Map<RunKey, Set<Promise<Boolean>>> waiting = new HashMap<>();
  private final Map<String, Integer> tenants = new HashMap<>();
  private int atOnce;
  private int size;
  private boolean stopped;

  /**
   * @param most that wait at a time
   */
  Beats(Vertx vertx, RunStore runs, int most) {
    this.most = most;
    this.vertx = vertx;
    this.runs = runs;
  }

  /** Renews a lease, and waits for a cancel, if the worker wants that. */
  Future<Held> beat(Beat beat) {
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
  private Future<Held> renewAtOnce(Beat beat) {
    if (atOnce >= MOST_AT_ONCE) {
      return Future.failedFuture(
          new HoldfastException(ErrorCode.RATE_LIMITED, "too many beats at this node"));
    }
    atOnce++;
    return renew(beat).onComplete(renewed -> atOnce--);
  }

  private Future<Held> renew(Beat beat) {
    return runs.beat(key(beat), beat.generation(), false, beat.agent());
  }

  /** It waits before it asks: what is cancelled from now on is noticed. */
  private Future<Held> await(Beat beat) {
    RunKey run = key(beat);
    Promise<Boolean> notice = Promise.promise();
    waiting.computeIfAbsent(run, fresh -> new HashSet<>()).add(notice);
    tenants.merge(run.tenant(), 1, Integer::sum);
    size++;
    return renew(beat)
        .compose(
            held -> held.cancelled() ? Future.succeededFuture(held) : await(beat, held, notice))
        .onComplete(answered -> leave(run, notice));
  }

  private Future<Held> await(Beat beat, Held held, Promise<Boolean> notice) {
    long wait = Math.max(1, Math.min(beat.waitMs(), held.length() / 2));
    long timer = vertx.setTimer(wait, late -> notice.tryComplete(false));
    return notice
        .future()
        .onComplete(noticed -> vertx.cancelTimer(timer))
        .compose(noticed -> noticed ? renew(beat) : Future.succeededFuture(held));
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

  /** A run was cancelled, somewhere. */
  void cancelled(CancelNotice notice) {
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
