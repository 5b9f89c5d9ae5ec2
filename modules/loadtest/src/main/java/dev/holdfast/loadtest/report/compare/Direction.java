package dev.holdfast.loadtest.report.compare;

import java.util.regex.Pattern;

/** The direction in which a figure gets better. */
enum Direction {
  LOWER,
  HIGHER,
  /** Nobody can say: how many were connected is no merit. */
  NEUTRAL;

  /** Any of them is one too many, so no difference is too small to count. */
  private static final Pattern FAULTS =
      Pattern.compile(
          "(?i).*(lost|duplicated|outOfOrder|\\bgaps|\\btold|missing|failed|failures|errors"
              + "|refused|interrupted|restarted|\\blate\\b|unanswered|leaked).*");

  private static final Pattern RATES = Pattern.compile(".*Per(Cpu|Core)?Second.*");

  static Direction of(String name, String unit) {
    if (faults(name)) {
      return LOWER;
    }
    return switch (unit) {
      case "ms", "B", "cores" -> LOWER;
      case "/s" -> HIGHER;
      default -> RATES.matcher(name).matches() ? HIGHER : NEUTRAL;
    };
  }

  static boolean faults(String name) {
    return FAULTS.matcher(name).matches();
  }
}
