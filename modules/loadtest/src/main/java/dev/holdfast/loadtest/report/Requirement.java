package dev.holdfast.loadtest.report;

import java.util.Map;

/** What is asked of a figure: {@code lost=0}, {@code p99<20ms}, {@code resume.p99<=2s}. */
public final class Requirement {
  private Requirement() {}

  /**
   * @param units of the figures that are known, by their names
   * @throws IllegalArgumentException with a message for people
   */
  public static Requirement parse(String text, Map<String, String> units) {
    throw new UnsupportedOperationException();
  }

  /** The figure's name. */
  public String figure() {
    throw new UnsupportedOperationException();
  }

  /** A figure that was not measured does not hold; of a partial result nothing does. */
  public Result.Outcome check(Result result) {
    throw new UnsupportedOperationException();
  }
}
