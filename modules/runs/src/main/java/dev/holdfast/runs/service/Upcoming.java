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
import org.jspecify.annotations.Nullable;

/**
 * Lets the runs begin that wait for their thread, one after the other. It looks first, gives the
 * run its input then, and the thread after that, so that each step may be done again, by any node:
 * while a run waits, no other gets its thread. Confined to its context.
 */
final class Upcoming {
  private final Vertx vertx;
  private final RunRecords records;
  private final FairTurns documents;
  private final BiConsumer<String, String> offer;

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

  /** Lets the next run of a thread begin, if there is one, and it can. */
  Future<Void> next(ThreadKey thread) {
    return records
        .threads()
        .next(thread)
        .compose(
            next ->
                next.isEmpty()
                    ? Future.succeededFuture()
                    : records
                        .runs()
                        .get(next.get())
                        .compose(found -> found.map(this::begin).orElse(Future.succeededFuture())));
  }

  /** Lets a run begin if it waits for its thread, and its turn has come. */
  Future<Void> begin(RunRecord run) {
    if (run.state() != RunState.QUEUED || run.held() == null) {
      return Future.succeededFuture();
    }
    RunSpec again = again(run);
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
  private static RunSpec again(RunRecord run) {
    return new RunSpec(
        run.key().tenant(),
        run.owner(),
        run.threadId(),
        run.runId(),
        run.agent(),
        "",
        run.limits(),
        true,
        Busy.REJECT);
  }

  /** The one before it may have ended, or its start may have been given up. */
  private Future<Void> over(RunRecord run, RunSpec again, RunKey before) {
    return records
        .runs()
        .get(before)
        .compose(
            found -> {
              if (found.isPresent() && found.get().state() != RunState.ENDED) {
                return Future.succeededFuture();
              }
              Duration began = found.isPresent() ? Duration.ZERO : Starting.GIVEN_UP;
              return records
                  .threads()
                  .look(again, before, began)
                  .compose(
                      now ->
                          now.before() == null
                              ? take(run, again, before, began)
                              : Future.succeededFuture());
            });
  }

  private Future<Void> take(RunRecord run, RunSpec again, @Nullable RunKey over, Duration began) {
    return input(run)
        .compose(given -> records.threads().begin(again, over, began))
        .compose(busy -> busy.isPresent() ? Future.succeededFuture() : freed(run));
  }

  /** A run that is enqueued goes on from what those before it have left. */
  private Future<?> input(RunRecord run) {
    return run.held() == Busy.ENQUEUE
        ? documents.run(run.key().tenant(), () -> continued(run))
        : Future.succeededFuture();
  }

  private Future<Boolean> continued(RunRecord run) {
    Future<@Nullable String> input = records.runs().input(run.key());
    Future<byte @Nullable []> document = records.threads().document(run.thread());
    return Future.all(input, document)
        .compose(read -> given(run, input.result(), document.result()));
  }

  /** A document may have 4 MiB, which take an event loop too long to read. */
  private Future<Boolean> given(RunRecord run, @Nullable String input, byte @Nullable [] document) {
    return input == null || document == null
        ? Future.succeededFuture(false)
        : vertx
            .executeBlocking(() -> ContinuedInput.of(input, document), false)
            .compose(text -> records.held().input(run.key(), text));
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
