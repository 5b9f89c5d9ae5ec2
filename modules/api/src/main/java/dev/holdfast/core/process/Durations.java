package dev.holdfast.core.process;

import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Durations as people write them: {@code 250ms}, {@code 90s}, {@code 15m}, {@code 24h}, {@code 7d}.
 */
public final class Durations {
  private static final Pattern FORM = Pattern.compile("(\\d{1,12})\\s*(ms|s|m|h|d)");

  /** A hundred years: whoever counts it in ns has room for it. */
  private static final Duration LONGEST = Duration.ofDays(36_500);

  /** The units in which they are written, the largest first. */
  private enum Unit {
    D(86_400_000),
    H(3_600_000),
    M(60_000),
    S(1_000),
    MS(1);

    private final long millis;

    Unit(long millis) {
      this.millis = millis;
    }
  }

  private Durations() {}

  /**
   * Reads that form, or ISO-8601 ({@code PT15M}).
   *
   * @throws IllegalArgumentException if it has neither form, or is longer than a hundred years
   */
  public static Duration parse(String text) {
    Matcher form = FORM.matcher(text.strip());
    Duration duration = form.matches() ? read(form) : iso(text);
    if (duration.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException("at most " + format(LONGEST) + ", not " + text);
    }
    return duration;
  }

  private static Duration read(Matcher form) {
    Unit unit = Unit.valueOf(form.group(2).toUpperCase(Locale.ROOT));
    return Duration.ofMillis(unit.millis).multipliedBy(Long.parseLong(form.group(1)));
  }

  /** Returns the text in the largest unit that is exact; parts of a millisecond are left out. */
  public static String format(Duration duration) {
    long millis = duration.toMillis();
    for (Unit unit : Unit.values()) {
      if (millis != 0 && millis % unit.millis == 0) {
        return millis / unit.millis + unit.name().toLowerCase(Locale.ROOT);
      }
    }
    return "0s";
  }

  private static Duration iso(String text) {
    try {
      return Duration.parse(text.strip());
    } catch (RuntimeException e) {
      throw new IllegalArgumentException("a duration such as 250ms, 90s, 15m, 24h, not " + text);
    }
  }
}
