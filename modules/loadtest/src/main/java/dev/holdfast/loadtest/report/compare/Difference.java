package dev.holdfast.loadtest.report.compare;

import dev.holdfast.loadtest.report.Quantity;
import org.jspecify.annotations.Nullable;

/**
 * A figure in two results.
 *
 * @param a none: it was not measured, or is not there; as {@code b}
 * @param difference of b from a; none: one is missing
 * @param percent of a; none: there is none, or a is 0
 */
record Difference(
    String name,
    String unit,
    String meaning,
    @Nullable Double a,
    @Nullable Double b,
    @Nullable Double difference,
    @Nullable Double percent,
    Change change) {
  /** Two runs of the same build differ by up to this many percent. */
  static final double NOISE = 5;

  /** The meaning of a difference. */
  enum Change {
    SAME,
    BETTER,
    WORSE,
    /** The values differ, but neither is known to be better. */
    DIFFERENT,
    /** One of the results does not have the value. */
    MISSING
  }

  static Difference of(
      String name, String unit, String meaning, @Nullable Double a, @Nullable Double b) {
    if (a == null || b == null || absent(a) || absent(b)) {
      var change = absent(a) && absent(b) ? Change.SAME : Change.MISSING;
      return new Difference(name, unit, meaning, a, b, null, null, change);
    }
    var difference = b - a;
    var percent = a == 0 ? null : (Double) (difference / Math.abs(a) * 100);
    return new Difference(
        name, unit, meaning, a, b, difference, percent, change(name, unit, difference, percent));
  }

  private static Change change(
      String name, String unit, double difference, @Nullable Double percent) {
    if (difference == 0) {
      return Change.SAME;
    }
    if (!Direction.faults(name) && percent != null && Math.abs(percent) < NOISE) {
      return Change.SAME;
    }
    return switch (Direction.of(name, unit)) {
      case LOWER -> difference < 0 ? Change.BETTER : Change.WORSE;
      case HIGHER -> difference > 0 ? Change.BETTER : Change.WORSE;
      case NEUTRAL -> Change.DIFFERENT;
    };
  }

  private static boolean absent(@Nullable Double value) {
    return value == null || !Double.isFinite(value);
  }

  String differenceText() {
    if (difference == null) {
      return "";
    }
    var sign = difference > 0 ? "+" : "";
    return difference == 0 ? "0" : sign + Quantity.text(difference, unit);
  }

  String percentText() {
    if (percent == null || difference == null || difference == 0) {
      return "";
    }
    return (percent > 0 ? "+" : "") + Quantity.text(percent, "%");
  }
}
