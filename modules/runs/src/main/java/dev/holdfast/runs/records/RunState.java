package dev.holdfast.runs.records;

import java.util.Locale;

/** Where a run is in its life. */
public enum RunState {
  /** It waits for a worker. */
  QUEUED,
  /** A worker has it. */
  RUNNING,
  /** How it ends is decided; its readers, its owner and its thread are being notified. */
  ENDING,
  ENDED;

  static RunState of(String text) {
    return valueOf(text.toUpperCase(Locale.ROOT));
  }

  /** Returns whether nothing can change its end any more. */
  public boolean isOver() {
    return this == ENDING || this == ENDED;
  }
}
