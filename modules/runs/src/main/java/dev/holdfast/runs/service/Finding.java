package dev.holdfast.runs.service;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.bounds.FairTurns;
import dev.holdfast.runs.RunFound;
import dev.holdfast.runs.RunMessage;
import dev.holdfast.runs.RunSnapshot;
import dev.holdfast.runs.RunView;
import dev.holdfast.runs.records.RunKey;
import dev.holdfast.runs.records.RunRecord;
import dev.holdfast.runs.records.RunRecords;
import dev.holdfast.runs.records.RunState;
import dev.holdfast.runs.records.RunStore;
import dev.holdfast.runs.records.ThreadKey;
import dev.holdfast.runs.records.ThreadRecord;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds a user's runs by its client's ids, and reads what a run has come to. Those ids are part of
 * a run's address together with tenant and owner, so nobody finds another's. Confined to its
 * context.
 */
final class Finding {
  private static final RunFound NOTHING = new RunFound(null, null, null);

  private final RunRecords records;
  private final FairTurns documents;

  /**
   * @param documents turns in which what is large is read
   */
  Finding(RunRecords records, FairTurns documents) {
    this.records = records;
    this.documents = documents;
  }

  Future<RunFound> find(RunMessage.Find message) {
    String tenant = message.tenant();
    String owner = message.caller().user();
    if (!message.caller().actsFor(tenant)) {
      return Future.succeededFuture(NOTHING);
    }
    String runId = message.runId();
    if (runId != null) {
      return records
          .runs()
          .get(RunKey.of(tenant, owner, message.threadId(), runId))
          .compose(run -> run.map(this::kept).orElse(Future.succeededFuture(NOTHING)));
    }
    return records
        .threads()
        .get(ThreadKey.of(tenant, owner, message.threadId()))
        .compose(thread -> thread.map(this::ofThread).orElse(Future.succeededFuture(NOTHING)));
  }

  /** The run that a thread has may have no record: its start is under way, or was given up. */
  private Future<RunFound> ofThread(ThreadRecord thread) {
    return run(thread, thread.active())
        .compose(
            active ->
                active.isPresent() ? Future.succeededFuture(active) : run(thread, thread.last()))
        .compose(
            run ->
                run.isPresent()
                    ? kept(run.get())
                    : thread.last() == null
                        ? Future.succeededFuture(NOTHING)
                        : document(thread.key(), null));
  }

  private Future<Optional<RunRecord>> run(ThreadRecord thread, @Nullable String run) {
    return run == null
        ? Future.succeededFuture(Optional.empty())
        : records.runs().get(new RunKey(thread.key().tenant(), run));
  }

  private Future<RunFound> kept(RunRecord run) {
    RunView view = Views.run(run);
    if (run.state() != RunState.ENDED) {
      return begun(run, view);
    }
    return records
        .runs()
        .hasLog(run.key())
        .compose(there -> there ? begun(run, view) : document(run.thread(), view));
  }

  private Future<RunFound> begun(RunRecord run, RunView view) {
    return documents
        .run(run.key().tenant(), () -> records.runs().input(run.key()))
        .map(input -> new RunFound(view, null, input));
  }

  private Future<RunFound> document(ThreadKey thread, @Nullable RunView run) {
    return documents
        .run(thread.tenant(), () -> records.threads().document(thread))
        .map(
            bytes ->
                new RunFound(
                    run, bytes == null ? "{}" : new String(bytes, StandardCharsets.UTF_8), null));
  }

  /** Reads a run folded into one document. */
  Future<RunSnapshot> snapshot(RunMessage.Snapshot message) {
    RunKey key = new RunKey(message.tenant(), message.run());
    return records
        .runs()
        .get(key)
        .map(found -> RunAccess.readable(message.caller(), key, found))
        .compose(
            run ->
                documents
                    .run(key.tenant(), () -> records.runs().snapshot(key))
                    .compose(
                        kept ->
                            kept == null && run.state() == RunState.ENDED
                                ? logAlone(run)
                                : Future.succeededFuture(snapshot(run, kept))));
  }

  /** Answers without a snapshot; fails with NOT_FOUND if the log has gone, too. */
  private Future<RunSnapshot> logAlone(RunRecord run) {
    return records
        .runs()
        .hasLog(run.key())
        .map(
            there -> {
              if (!there) {
                throw HoldfastException.withPublicMessage(
                    ErrorCode.NOT_FOUND, "run: it is over, and no longer kept");
              }
              return snapshot(run, null);
            });
  }

  private static RunSnapshot snapshot(RunRecord run, RunStore.@Nullable Kept kept) {
    return kept == null
        ? new RunSnapshot(Views.run(run), null, null)
        : new RunSnapshot(
            Views.run(run), kept.at(), new String(kept.document(), StandardCharsets.UTF_8));
  }
}
