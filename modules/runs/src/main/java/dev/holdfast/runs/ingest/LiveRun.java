package dev.holdfast.runs.ingest;

import dev.holdfast.agui.run.Transcript;
import dev.holdfast.core.Position;
import dev.holdfast.runs.records.RunRecord;
import org.jspecify.annotations.Nullable;

/** A run in memory, as of one number of its log. Any node makes it anew of snapshot and log. */
final class LiveRun {
  /** The most that is kept of a run, in characters of JSON, roughly. */
  static final int LIMIT = 4 << 20;

  /** A snapshot is written when the log behind it is as long, or a quarter of the snapshot. */
  private static final long SNAPSHOT_BYTES = 64 << 10;

  private static final long SNAPSHOT_EVENTS = 256;

  /** With a tail as long, nothing is added until a snapshot is kept: the log may trim it. */
  private static final long MOST_EVENTS = 1_024;

  private static final long MOST_BYTES = 8 << 20;

  final RunRecord run;
  final Transcript transcript;

  /** The number of its publications, and of its owner's events. */
  long published;

  long announced;

  /** Where its last publication is; none: it has none. */
  @Nullable Position at;

  /** When a delta was appended last, and when its lease was renewed, in ms of this process. */
  long grownAt;

  long beatAt;

  /** Whether its worker is to come to an end, as of the last beat. */
  boolean cancelled;

  private long snapshotBytes;
  private long tailBytes;
  private long tailEvents;

  LiveRun(RunRecord run, Transcript transcript) {
    this.run = run;
    this.transcript = transcript;
  }

  long generation() {
    return run.generation();
  }

  void grew(long bytes) {
    tailBytes += bytes;
    tailEvents++;
  }

  void snapped(long bytes) {
    snapshotBytes = bytes;
    tailBytes = 0;
    tailEvents = 0;
  }

  boolean isSnapshotDue() {
    return tailEvents >= SNAPSHOT_EVENTS
        || tailBytes >= Math.max(SNAPSHOT_BYTES, snapshotBytes / 4);
  }

  boolean isSnapshotNeeded() {
    return tailEvents >= MOST_EVENTS || tailBytes >= MOST_BYTES;
  }
}
