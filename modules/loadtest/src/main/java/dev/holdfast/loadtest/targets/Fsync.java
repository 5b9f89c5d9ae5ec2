package dev.holdfast.loadtest.targets;

/**
 * Times at which the Redis of the load test's own cluster writes to disk. Named here, so that the
 * command's options load without the module that runs one, which is optional.
 */
public enum Fsync {
  ALWAYS,
  EVERYSEC,
  NO
}
