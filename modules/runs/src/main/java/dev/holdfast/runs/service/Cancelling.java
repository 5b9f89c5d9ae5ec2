package dev.holdfast.runs.service;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.bus.Bus;
import dev.holdfast.runs.CancelNotice;
import dev.holdfast.runs.records.RunKey;
import dev.holdfast.runs.records.RunRecord;
import dev.holdfast.runs.records.RunRecords;
import dev.holdfast.runs.records.RunState;
import io.vertx.core.Future;

/** Cancels runs. Confined to its context. */
final class Cancelling {
  private final Bus bus;
  private final RunRecords records;
  private final Sweeping sweeping;

  Cancelling(Bus bus, RunRecords records, Sweeping sweeping) {
    this.bus = bus;
    this.records = records;
    this.sweeping = sweeping;
  }

  /** Cancels a run, and notifies its worker; returns it as it is then. */
  Future<RunRecord> cancel(RunKey run, String by, String reason) {
    return records
        .runs()
        .cancel(run, by, reason)
        .onSuccess(this::notice)
        .compose(
            found ->
                found.state() == RunState.ENDED
                    ? Future.succeededFuture(found)
                    : sweeping.cancelled(found));
  }

  /** Cancels the run of a thread for another one; one that is not made yet goes on. */
  Future<?> interrupt(RunKey run, String by) {
    return cancel(run, by, "another run")
        .recover(
            failure ->
                HoldfastException.from(failure).code() == ErrorCode.NOT_FOUND
                    ? Future.succeededFuture()
                    : Future.failedFuture(failure));
  }

  private void notice(RunRecord run) {
    if (run.state() == RunState.RUNNING) {
      bus.publish(CancelNotice.ADDRESS, new CancelNotice(run.key().tenant(), run.key().run()));
    }
  }
}
