package dev.holdfast.app.config;

/** Times at which an embedded Redis writes to disk. Named here, as that module is optional. */
public enum Fsync {
  /** Syncs before a write is acknowledged: survives the kill of the machine. */
  ALWAYS,
  /**
   * Syncs about once a second: survives the kill of Redis, loses about a second with the machine.
   */
  EVERYSEC,
  /** Left to the operating system. */
  NO
}
