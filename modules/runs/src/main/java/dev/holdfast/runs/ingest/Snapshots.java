package dev.holdfast.runs.ingest;

import dev.holdfast.agui.Json;
import dev.holdfast.core.Position;
import dev.holdfast.runs.records.RunStore;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes snapshots of runs, so often that all of them together cost about as much as the log. */
final class Snapshots {
  private static final Logger LOG = LoggerFactory.getLogger(Snapshots.class);

  private final RunStore runs;
  private final IngestMetrics metrics;

  Snapshots(RunStore runs, IngestMetrics metrics) {
    this.runs = runs;
    this.metrics = metrics;
  }

  /**
   * Writes a snapshot if one is due. That it fails matters only if the run can't go on without it.
   *
   * @param needed whether it can't
   */
  Future<Void> writeIfDue(LiveRun live, boolean needed) {
    if (!needed && !live.isSnapshotDue()) {
      return Future.succeededFuture();
    }
    return write(live)
        .recover(
            failure -> {
              if (needed || live.isSnapshotNeeded()) {
                return Future.failedFuture(failure);
              }
              LOG.warn("No snapshot of run {}: {}", live.run.key(), failure.getMessage());
              return Future.succeededFuture();
            });
  }

  Future<Void> write(LiveRun live) {
    Position at = live.at;
    if (at == null) {
      return Future.succeededFuture();
    }
    byte[] document = Json.text(live.transcript.snapshot().json()).getBytes(StandardCharsets.UTF_8);
    return runs.snap(
            live.run.key(),
            live.generation(),
            new RunStore.Kept(at, live.published, live.announced, document))
        .onSuccess(
            kept -> {
              live.snapped(document.length);
              metrics.snapshot(document.length);
            });
  }
}
