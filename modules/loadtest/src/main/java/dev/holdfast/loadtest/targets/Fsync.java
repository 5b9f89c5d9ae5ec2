package dev.holdfast.loadtest.targets;

/**
 * When the Redis of a cluster of the load test's own writes to disk. Named here, so that the
 * command's options load without the module that runs one, which is optional.
 */
public enum Fsync {
  ALWAYS,
  EVERYSEC,
  NO
}
