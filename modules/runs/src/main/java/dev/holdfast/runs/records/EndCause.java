package dev.holdfast.runs.records;

import java.util.Locale;

/** Why a run is to end; the script checks that it is so. */
public enum EndCause {
  /** Its worker says so. */
  WORKER,
  /** It is cancelled, and its grace has passed. */
  CANCELLED,
  /** The lease of its worker has passed. */
  WORKER_LOST,
  /** No worker took it in time. */
  NO_WORKER,
  /** Its worker sent no event for too long. */
  IDLE,
  /** It took too long. */
  TIMED_OUT,
  /** Events that were acknowledged are gone. */
  LOG_LOST;

  /** Its name in the record, and the code of the error that it is. */
  public String code() {
    return name().toLowerCase(Locale.ROOT);
  }
}
