package dev.holdfast.runs.service;

import dev.holdfast.core.bounds.FairTurns;
import dev.holdfast.runs.Busy;
import dev.holdfast.runs.records.RunKey;
import dev.holdfast.runs.records.RunRecord;
import dev.holdfast.runs.records.RunRecords;
import dev.holdfast.runs.records.RunSpec;
import dev.holdfast.runs.records.RunState;
import dev.holdfast.runs.records.ThreadKey;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Lets the runs begin that wait for their thread, one after the other. It looks first, gives the
 * run its input then, and the thread after that, so that each step may be done again, by any node.
 * Another one may interrupt in between, or the run may end: then its input is made anew, or the
 * thread stays as it is. Confined to its context.
 */
final class Upcoming {
  private final Vertx vertx;
  private final RunRecords records;
  private final FairTurns documents;
  private final BiConsumer<String, String> offer;
  private BiFunction<RunKey, String, Future<?>> interrupt = (run, by) -> Future.succeededFuture();

  /**
   * @param documents turns in which what is large is read
   * @param offer takes the agent and the tenant of a run, as soon as it may be claimed
   */
  Upcoming(Vertx vertx, RunRecords records, FairTurns documents, BiConsumer<String, String> offer) {
    this.vertx = vertx;
    this.records = records;
    this.documents = documents;
    this.offer = offer;
  }

  /**
   * Lets runs interrupt those that their start could not: these were not made yet.
   *
   * @param cancel cancels a run for a user
   */
  Upcoming interrupting(BiFunction<RunKey, String, Future<?>> cancel) {
    interrupt = cancel;
    return this;
  }

  /** Lets the next run of a thread begin, if there is one, and it can. */
  Future<Void> next(ThreadKey thread) {
    return records
        .held()
        .next(thread)
        .compose(
            next ->
                next.isEmpty()
                    ? Future.succeededFuture()
                    : records
                        .runs()
                        .get(next.get())
                        .compose(
                            found ->
                                found.map(this::beginOrLeave).orElse(Future.succeededFuture())));
  }

  /** One that has ended may be left over in the queue: the one behind it is the next. */
  private Future<Void> beginOrLeave(RunRecord run) {
    return run.state() == RunState.ENDED
        ? records
            .held()
            .leave(run)
            .compose(left -> left ? next(run.thread()) : Future.succeededFuture())
        : begin(run);
  }

  /** Lets a run begin if it waits for its thread, and its turn has come. */
  Future<Void> begin(RunRecord run) {
    if (run.state() != RunState.QUEUED || run.held() == null) {
      return Future.succeededFuture();
    }
    RunSpec again = again(run, Busy.REJECT);
    return records
        .threads()
        .look(again, null, Duration.ZERO)
        .compose(
            found -> {
              RunKey before = found.before();
              return before == null
                  ? take(run, again, null, Duration.ZERO)
                  : over(run, again, before);
            });
  }

  /** Whatever questions those before it have left open: it was said before they were asked. */
  private static RunSpec again(RunRecord run, Busy busy) {
    return new RunSpec(
        run.key().tenant(),
        run.owner(),
        run.threadId(),
        run.runId(),
        run.agent(),
        "",
        run.limits(),
        true,
        busy);
  }

  /** The one before it may have ended, or its start may have been given up. */
  private Future<Void> over(RunRecord run, RunSpec again, RunKey before) {
    return records
        .runs()
        .get(before)
        .compose(
            found -> {
              if (found.isEmpty()) {
                return givenUp(run, again, before);
              }
              if (found.get().state() == RunState.ENDED) {
                return records.held().leave(found.get()).compose(left -> begin(run));
              }
              return run.held() == Busy.INTERRUPT
                  ? interrupted(run, found.get())
                  : Future.succeededFuture();
            });
  }

  private Future<Void> givenUp(RunRecord run, RunSpec again, RunKey before) {
    return records
        .threads()
        .look(again, before, Starting.GIVEN_UP)
        .compose(
            now ->
                now.before() == null
                    ? take(run, again, before, Starting.GIVEN_UP)
                    : Future.succeededFuture());
  }

  /** One that came later, and interrupts this one, goes on. */
  private Future<Void> interrupted(RunRecord run, RunRecord before) {
    return before.cancel() != null || before.state().isOver()
        ? Future.succeededFuture()
        : records
            .held()
            .cameLater(run, before.key())
            .compose(
                later ->
                    later
                        ? interrupt.apply(before.key(), run.owner()).mapEmpty()
                        : Future.succeededFuture());
  }

  /** One that does not wait any more is left alone: it has begun, or its end is decided. */
  private Future<Void> take(RunRecord run, RunSpec again, @Nullable RunKey over, Duration began) {
    return input(run)
        .compose(waits -> waits ? taken(run, again, over, began) : Future.succeededFuture());
  }

  private Future<Void> taken(RunRecord run, RunSpec again, @Nullable RunKey over, Duration began) {
    return records
        .threads()
        .beginInTurn(again, over, began)
        .compose(
            before ->
                before.isEmpty()
                    ? freed(run)
                    : before.get().equals(run.key())
                        ? missed(run.key())
                        : Future.succeededFuture());
  }

  /**
   * The thread does not know a run that waits for it. It has ended meanwhile; or the thread was
   * deleted, or is that of an older copy of Redis: then it waits anew.
   */
  private Future<Void> missed(RunKey key) {
    return records
        .runs()
        .get(key)
        .compose(
            found ->
                found
                    .filter(now -> now.state() == RunState.QUEUED && now.held() != null)
                    .map(this::anew)
                    .orElse(Future.succeededFuture()));
  }

  private Future<Void> anew(RunRecord run) {
    return records
        .threads()
        .beginOrWait(again(run, Busy.ENQUEUE), null, Duration.ZERO)
        .compose(begun -> begun.before() == null ? freed(run) : Future.succeededFuture());
  }

  /**
   * A run that is enqueued goes on from what those before it have left; false: it waits no more.
   */
  private Future<Boolean> input(RunRecord run) {
    return run.held() == Busy.ENQUEUE
        ? documents.run(run.key().tenant(), () -> continued(run))
        : Future.succeededFuture(true);
  }

  private Future<Boolean> continued(RunRecord run) {
    Future<@Nullable String> input = records.runs().input(run.key());
    Future<byte @Nullable []> document = records.threads().document(run.thread());
    Future<Long> own = records.held().own(run.key());
    return Future.all(input, document, own)
        .compose(read -> given(run, input.result(), document.result(), own.result()));
  }

  /** A document may have 4 MiB, which take an event loop too long to read. */
  private Future<Boolean> given(
      RunRecord run, @Nullable String input, byte @Nullable [] document, long own) {
    return input == null || document == null
        ? Future.succeededFuture(true)
        : vertx
            .executeBlocking(() -> ContinuedInput.of(input, document, own), false)
            .compose(now -> records.held().input(run.key(), now.text(), now.own()));
  }

  /** One that was cancelled meanwhile has the thread until its end is announced. */
  private Future<Void> freed(RunRecord run) {
    return records
        .held()
        .free(run.key())
        .compose(
            now ->
                now.isPresent() && now.get().state() == RunState.QUEUED
                    ? offered(run)
                    : Future.succeededFuture());
  }

  private Future<Void> offered(RunRecord run) {
    Future<Void> queued = records.queue().add(run.key(), run.agent());
    return Future.join(
            records.dues().sooner(run.key(), Starting.FIRST_LOOK),
            queued.recover(full -> Future.succeededFuture())) // the first look does it
        .onSuccess(done -> offer.accept(run.agent(), run.key().tenant()))
        .mapEmpty();
  }
}
