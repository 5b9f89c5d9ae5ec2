package dev.holdfast.loadtest;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Finds the known name nearest to a mistyped one. */
final class Nearest {
  private Nearest() {}

  /** The name that takes the fewest letters to be put in, left out or replaced. */
  static String of(String text, List<String> names) {
    return names.stream().min(Comparator.comparingInt(name -> distance(text, name))).orElseThrow();
  }

  /**
   * The same, if it is near enough to be what was meant: two letters off, or one begins with it.
   */
  static Optional<String> near(String text, List<String> names) {
    String typed = text.toLowerCase(Locale.ROOT);
    if (names.isEmpty() || typed.isEmpty()) {
      return Optional.empty();
    }
    String nearest = of(typed, names);
    boolean near = typed.startsWith(nearest) || distance(typed, nearest) <= 2;
    return near ? Optional.of(nearest) : Optional.empty();
  }

  private static int distance(String one, String two) {
    int[] row = new int[two.length() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= one.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j < row.length; j++) {
        int replaced = diagonal + (one.charAt(i - 1) == two.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[two.length()];
  }
}
