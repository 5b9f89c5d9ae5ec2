package dev.holdfast.app.config;

/** When an embedded Redis writes to disk. Named here, as the module that runs one is optional. */
public enum Fsync {
  /** Before it acknowledges: survives the kill of the machine. */
  ALWAYS,
  /** About once a second: survives the kill of Redis, loses about a second with the machine. */
  EVERYSEC,
  /** When the operating system likes. */
  NO
}
