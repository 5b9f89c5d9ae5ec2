package dev.holdfast.loadtest;

/** The exit codes of the load test. */
final class LoadExit {
  static final int OK = 0;
  static final int NOT_HELD = 1;
  static final int USAGE = 2;
  static final int NOT_STARTED = 4;
  static final int BROKEN_OFF = 5;

  private LoadExit() {}
}
