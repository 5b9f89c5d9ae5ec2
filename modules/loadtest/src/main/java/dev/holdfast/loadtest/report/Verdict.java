package dev.holdfast.loadtest.report;

/** The verdict on a run. */
public enum Verdict {
  /** It came to its end, and all that was required of it holds. */
  PASS,
  /** It came to its end, but not all that was required of it holds. */
  FAIL,
  /** It did not come to its end. */
  PARTIAL,
  /** It came to its end, and nothing was required of it. */
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
