package dev.holdfast.runs.service;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.runs.records.RunInput;
import dev.holdfast.runs.records.RunKey;
import dev.holdfast.runs.records.RunRecords;
import dev.holdfast.runs.records.RunSpec;
import dev.holdfast.runs.records.RunState;
import dev.holdfast.runs.records.RunStore.Created;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Optional;

/**
 * Starts runs. Everything that only points to a run is written before its record; what is left over
 * where a node dies in between goes by itself. Confined to its context.
 */
public final class Starting {
  private final RunRecords records;

  public Starting(RunRecords records) {
    this.records = records;
  }

  /**
   * Starts a run; one that was started before is answered as it is now. Fails with BAD_REQUEST or
   * TOO_LARGE for its input, CONFLICT if the id has another input or the thread another run,
   * LIMIT_EXCEEDED if the user, the tenant or the agent has too many.
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

  private Future<Created> begin(RunSpec spec) {
    RunKey run = spec.key();
    return records
        .dues()
        .set(run, spec.limits().queue().plus(Duration.ofSeconds(1)))
        .compose(due -> records.places().reserve(run, spec.owner()))
        .compose(reserved -> admitted(spec).recover(failure -> refused(spec, failure)));
  }

  private Future<Created> admitted(RunSpec spec) {
    return threaded(spec)
        .compose(begun -> records.queue().add(spec.key(), spec.agent()))
        .compose(queued -> records.runs().create(spec));
  }

  private Future<Void> threaded(RunSpec spec) {
    return records
        .threads()
        .begin(spec, null)
        .compose(
            busy ->
                busy.isEmpty()
                    ? Future.succeededFuture()
                    : isOver(busy.get())
                        .compose(
                            over ->
                                over
                                    ? records.threads().begin(spec, busy.get())
                                    : Future.succeededFuture(busy))
                        .compose(Starting::free));
  }

  /** A thread may have a run that ended, or whose start was given up. */
  private Future<Boolean> isOver(RunKey run) {
    return records
        .runs()
        .get(run)
        .map(found -> found.isEmpty() || found.get().state() == RunState.ENDED);
  }

  private static Future<Void> free(Optional<RunKey> busy) {
    return busy.isEmpty()
        ? Future.succeededFuture()
        : Future.failedFuture(
            HoldfastException.withPublicMessage(
                ErrorCode.CONFLICT, "thread: another run of it is active"));
  }

  /** The same start may have come by another node meanwhile: then the run has its place. */
  private Future<Created> refused(RunSpec spec, Throwable failure) {
    return records
        .runs()
        .get(spec.key())
        .compose(
            found ->
                found.isPresent()
                    ? Future.succeededFuture()
                    : records.places().release(spec.key(), spec.owner()))
        .transform(done -> Future.failedFuture(failure));
  }

  private Future<Created> kept(Created created) {
    return created.fresh()
        ? records.places().keep(created.run().key(), created.run().owner()).map(created)
        : Future.succeededFuture(created);
  }
}
