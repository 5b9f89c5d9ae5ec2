package dev.holdfast.loadtest.report;

/** The verdict on a run. */
public enum Verdict {
  /** The run came to its end, and all requirements hold. */
  PASS,
  /** The run came to its end, but not all requirements hold. */
  FAIL,
  /** The run did not come to its end. */
  PARTIAL,
  /** The run came to its end, and there were no requirements. */
  DONE;

  public static Verdict of(Result result) {
    if (result.partial()) {
      return PARTIAL;
    }
    if (result.requirements().isEmpty()) {
      return DONE;
    }
    return result.requirements().stream().allMatch(Result.Outcome::held) ? PASS : FAIL;
  }
}
