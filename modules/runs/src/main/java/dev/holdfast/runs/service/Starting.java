package dev.holdfast.runs.service;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.runs.Busy;
import dev.holdfast.runs.records.PlaceStore;
import dev.holdfast.runs.records.RunInput;
import dev.holdfast.runs.records.RunKey;
import dev.holdfast.runs.records.RunRecord;
import dev.holdfast.runs.records.RunRecords;
import dev.holdfast.runs.records.RunSpec;
import dev.holdfast.runs.records.RunState;
import dev.holdfast.runs.records.RunStore.Created;
import dev.holdfast.runs.records.ThreadStore.Begun;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * Starts runs. Everything that only points to a run is written before its record; what is left over
 * where a node dies in between goes by itself. Confined to its context.
 */
public final class Starting {
  /** A start that takes longer is given up; the client sends it again. */
  private static final Duration LONGEST = Duration.ofSeconds(30);

  /** Longer than a start and one more step of it: what has no record then gets none. */
  static final Duration GIVEN_UP = Duration.ofMinutes(1);

  /** What was lost between the steps of a start is mended by the first look at the run. */
  static final Duration FIRST_LOOK = Duration.ofSeconds(2);

  /**
   * A run whose end is decided leaves its thread soon: the next one waits for that so long, and
   * answers before its asker gives up.
   */
  private static final Duration ENDS_SOON = Duration.ofSeconds(3);

  private static final long FIRST_PAUSE_MS = 50;
  private static final long LONGEST_PAUSE_MS = 400;

  private final Vertx vertx;
  private final RunRecords records;
  private BiConsumer<String, String> offer = (agent, tenant) -> {};
  private BiFunction<RunKey, String, Future<?>> interrupt = (run, by) -> Future.succeededFuture();
  private Function<RunRecord, Future<?>> turn = run -> Future.succeededFuture();
  private Duration patience = ENDS_SOON;

  public Starting(Vertx vertx, RunRecords records) {
    this.vertx = vertx;
    this.records = records;
  }

  /**
   * Offers runs to those who wait for them.
   *
   * @param waiting takes the agent and the tenant of a run, as soon as it may be claimed
   */
  Starting offering(BiConsumer<String, String> waiting) {
    offer = waiting;
    return this;
  }

  /**
   * Lets runs interrupt others, and wait for their thread.
   *
   * @param cancel cancels a run for a user
   * @param begin lets a run begin that waits, if its turn has come
   */
  Starting queueing(
      BiFunction<RunKey, String, Future<?>> cancel, Function<RunRecord, Future<?>> begin) {
    interrupt = cancel;
    turn = begin;
    return this;
  }

  /**
   * @param longest for the end of the run before
   */
  Starting waiting(Duration longest) {
    patience = longest;
    return this;
  }

  /**
   * Starts a run; one that was started before is answered as it is now. Fails with BAD_REQUEST or
   * TOO_LARGE for its input, CONFLICT if the id has another input or the thread another run,
   * LIMIT_EXCEEDED if the user, the tenant or the agent has too many, RATE_LIMITED if the user
   * starts too many.
   */
  public Future<Created> start(RunSpec spec) {
    try {
      RunInput.check(spec);
    } catch (HoldfastException e) {
      return Future.failedFuture(e);
    }
    return records
        .runs()
        .get(spec.key())
        .compose(known -> known.isPresent() ? records.runs().create(spec) : begin(spec))
        .compose(this::kept);
  }

  /** Starts a run of which there is no record, or was none just now. */
  Future<Created> begin(RunSpec spec) {
    RunKey run = spec.key();
    long from = System.nanoTime();
    return records
        .places()
        .reserve(run, spec.owner(), spec.inputBytes())
        .compose(taken -> admitted(spec, from).recover(failure -> refused(spec, taken, failure)))
        .compose(this::watched);
  }

  /**
   * The same start may have made the run at another node, and a worker may have it, or it has
   * ended: its due entry is that of this start then, which is late.
   */
  private Future<Created> watched(Created created) {
    return created.run().state() == RunState.QUEUED
        ? Future.succeededFuture(created)
        : records.dues().sooner(created.run().key(), FIRST_LOOK).map(created);
  }

  private Future<Created> admitted(RunSpec spec, long from) {
    return Future.join(
            records.dues().set(spec.key(), GIVEN_UP), records.queue().add(spec.key(), spec.agent()))
        .compose(hinted -> threaded(spec, from))
        .compose(held -> inTime(from).map(held))
        .compose(held -> held ? unqueued(spec) : Future.succeededFuture(false))
        .compose(held -> records.runs().create(spec, held));
  }

  /** No worker may have it: it would take the place of one that may be claimed. */
  private Future<Boolean> unqueued(RunSpec spec) {
    return records.queue().remove(spec.key(), spec.agent()).map(true);
  }

  /** Others may take the thread once this start counts as given up. */
  private static Future<Void> inTime(long from) {
    return System.nanoTime() - from < LONGEST.toNanos()
        ? Future.succeededFuture()
        : Future.failedFuture(
            new HoldfastException(ErrorCode.UNAVAILABLE, "run: its start took too long"));
  }

  /** Returns whether the run waits for its thread. */
  private Future<Boolean> threaded(RunSpec spec, long from) {
    return records
        .threads()
        .beginOrWait(spec, null, Duration.ZERO)
        .compose(begun -> settled(spec, begun, from, FIRST_PAUSE_MS));
  }

  /**
   * A thread may have a run that ended, or whose start was given up; or is still under way. One
   * that comes to its end is waited for: its reader has the end before the thread is free.
   */
  private Future<Boolean> settled(RunSpec spec, Begun begun, long from, long pauseMs) {
    RunKey before = begun.before();
    if (before == null) {
      return Future.succeededFuture(false);
    }
    return records
        .runs()
        .get(before)
        .compose(
            found -> {
              boolean ends = found.isPresent() && found.get().state() == RunState.ENDING;
              if (ends && !begun.held() && System.nanoTime() - from < patience.toNanos()) {
                long next = Math.min(LONGEST_PAUSE_MS, 2 * pauseMs);
                return vertx.timer(pauseMs).compose(later -> settled(spec, begun, from, next));
              }
              if (found.isEmpty()) {
                return records
                    .threads()
                    .beginOrWait(spec, before, GIVEN_UP)
                    .compose(again -> behind(spec, again));
              }
              return found.get().state() == RunState.ENDED
                  ? records.held().leave(found.get()).compose(left -> threaded(spec, from))
                  : behind(spec, begun);
            });
  }

  private Future<Boolean> behind(RunSpec spec, Begun begun) {
    RunKey before = begun.before();
    if (before == null) {
      return Future.succeededFuture(false);
    }
    if (!begun.held()) {
      return Future.failedFuture(
          HoldfastException.withPublicMessage(
              ErrorCode.CONFLICT, "thread: another run of it is active"));
    }
    return spec.busy() == Busy.INTERRUPT
        ? interrupted(spec, before).map(true)
        : Future.succeededFuture(true);
  }

  /** If another node has made the run meanwhile, it has interrupted, and the run may be over. */
  private Future<Void> interrupted(RunSpec spec, RunKey before) {
    return records
        .runs()
        .get(spec.key())
        .compose(
            made ->
                made.isPresent()
                    ? Future.succeededFuture()
                    : interrupt.apply(before, spec.owner()).mapEmpty());
  }

  /**
   * The same start may be under way at another node: then the run has, or keeps, its place, and is
   * put into its queue again.
   */
  private Future<Created> refused(RunSpec spec, PlaceStore.Taken taken, Throwable failure) {
    return records
        .runs()
        .get(spec.key())
        .compose(
            found ->
                found.isPresent()
                    ? records.dues().sooner(spec.key(), FIRST_LOOK)
                    : records
                        .queue()
                        .remove(spec.key(), spec.agent())
                        .compose(
                            gone -> records.places().giveBack(spec.key(), spec.owner(), taken)))
        .transform(done -> Future.failedFuture(failure));
  }

  /** A worker may have taken it out of its queue before it was made. */
  private Future<Created> kept(Created created) {
    RunRecord run = created.run();
    if (run.state() != RunState.QUEUED) {
      return Future.succeededFuture(created);
    }
    Future<Void> due = records.dues().sooner(run.key(), FIRST_LOOK);
    if (run.held() != null) {
      Future<Void> kept = records.places().keep(run.key(), run.owner());
      Future<?> begun = turn.apply(run).otherwiseEmpty(); // the first look does it
      return Future.join(due, kept, begun).map(created);
    }
    Future<Void> queued = records.queue().add(run.key(), run.agent());
    if (created.fresh()) {
      offer.accept(run.agent(), run.key().tenant()); // who takes it now removes it from the queue
    }
    return Future.join(
            due,
            queued.recover(full -> Future.succeededFuture()), // the first look does it
            records.places().keep(run.key(), run.owner()))
        .map(created);
  }
}
