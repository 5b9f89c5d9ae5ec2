package dev.holdfast.loadtest;

/** What the load test's exit codes mean. */
final class LoadExit {
  static final int OK = 0;
  static final int NOT_HELD = 1;
  static final int USAGE = 2;
  static final int NOT_STARTED = 4;
  static final int BROKEN_OFF = 5;

  private LoadExit() {}
}
