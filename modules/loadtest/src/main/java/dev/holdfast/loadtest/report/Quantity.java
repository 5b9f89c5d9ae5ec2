package dev.holdfast.loadtest.report;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Figures as people read them: 1234567 B is 1.23 MB, 1500 ms is 1.5 s. */
public final class Quantity {
  private static final String[] BYTES = {"B", "KB", "MB", "GB", "TB"};

  private Quantity() {}

  /**
   * @param value none: not measured
   * @param unit one of a figure's units
   */
  public static String text(@Nullable Double value, String unit) {
    if (value == null || !Double.isFinite(value)) {
      return "not measured";
    }
    return switch (unit) {
      case "ms" -> Math.abs(value) < 1000 ? digits(value) + " ms" : digits(value / 1000) + " s";
      case "B" -> bytes(value);
      case "" -> digits(value);
      case "%" -> digits(value) + "%";
      case "/s" -> digits(value) + "/s";
      default -> digits(value) + " " + unit;
    };
  }

  /** Returns a number as people write it: three significant digits, more for whole numbers. */
  public static String digits(double value) {
    var size = Math.abs(value);
    if (size >= 100 || value == Math.rint(value)) {
      return String.format(Locale.ROOT, "%,d", Math.round(value));
    }
    var decimals = size >= 10 ? 1 : size >= 1 ? 2 : 3;
    var text = String.format(Locale.ROOT, "%." + decimals + "f", value);
    return text.replaceAll("\\.?0+$", "");
  }

  private static String bytes(double value) {
    var scale = 0;
    while (Math.abs(value) >= 1000 && scale < BYTES.length - 1) {
      value /= 1000;
      scale++;
    }
    return digits(value) + " " + BYTES[scale];
  }
}
