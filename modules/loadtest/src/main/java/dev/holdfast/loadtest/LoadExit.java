package dev.holdfast.loadtest;

import java.util.LinkedHashMap;
import java.util.Map;

/** What the load test's exit codes mean. */
public final class LoadExit {
  static final int OK = 0;
  static final int NOT_HELD = 1;
  static final int USAGE = 2;
  static final int NOT_STARTED = 4;
  static final int BROKEN_OFF = 5;

  /** By code, for people. */
  public static final Map<String, String> MEANINGS = new LinkedHashMap<>();

  static {
    MEANINGS.put(Integer.toString(OK), "it ran to its end, and what was required held");
    MEANINGS.put(
        Integer.toString(NOT_HELD),
        "what was required did not hold; of kill, drain and storm: something was lost, repeated or"
            + " reordered");
    MEANINGS.put(Integer.toString(USAGE), "the command line is not valid");
    MEANINGS.put(Integer.toString(NOT_STARTED), "the target or a worker can't be reached");
    MEANINGS.put(Integer.toString(BROKEN_OFF), "it broke off; what was written is partial");
    MEANINGS.put("130, 143", "ended by Ctrl-C, by SIGTERM; what was written is partial");
  }

  private LoadExit() {}
}
