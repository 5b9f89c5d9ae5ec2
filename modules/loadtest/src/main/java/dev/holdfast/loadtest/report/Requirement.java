package dev.holdfast.loadtest.report;

import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.function.DoublePredicate;
import java.util.regex.Pattern;

/** A requirement of a figure: {@code lost=0}, {@code p99<20ms}, {@code resume.p99<=2s}. */
public final class Requirement {
  private static final Pattern GRAMMAR =
      Pattern.compile(
          "\\s*([A-Za-z][A-Za-z0-9.-]*)\\s*(!=|<=|>=|=|<|>)"
              + "\\s*(-?[0-9]{1,15}(?:\\.[0-9]{1,9})?)\\s*([A-Za-z/%µ]*)\\s*");

  /** Factors from each unit to the figure's unit. */
  private static final Map<String, Map<String, Double>> UNITS =
      Map.of(
          "", Map.of(),
          "ms", Map.of("ms", 1.0, "s", 1000.0, "us", 0.001, "µs", 0.001),
          "B", Map.of("B", 1.0, "KB", 1e3, "MB", 1e6, "GB", 1e9),
          "/s", Map.of("/s", 1.0),
          "%", Map.of("%", 1.0),
          "cores", Map.of("cores", 1.0));

  private final String text;
  private final String figure;
  private final DoublePredicate holds;

  private Requirement(String text, String figure, DoublePredicate holds) {
    this.text = text;
    this.figure = figure;
    this.holds = holds;
  }

  /**
   * A value without a unit is in the figure's own; KB, MB and GB are powers of 1000.
   *
   * @param units of the figures that are known, by their names
   * @throws IllegalArgumentException with a message for people
   */
  public static Requirement parse(String text, Map<String, String> units) {
    var parts = GRAMMAR.matcher(text);
    if (!parts.matches()) {
      throw new IllegalArgumentException(
          "'%s' is no requirement: write it as lost=0, p99<20ms or connectsPerSecond>=3000"
              .formatted(text));
    }
    var figure = parts.group(1);
    if (!units.containsKey(figure)) {
      throw new IllegalArgumentException(unknown(text, figure, units));
    }
    var factor = factor(text, parts.group(4), figure, units.get(figure));
    var bound = Double.parseDouble(parts.group(3)) * factor;
    return new Requirement(text.strip(), figure, predicate(parts.group(2), bound));
  }

  /** The figure's name. */
  public String figure() {
    return figure;
  }

  /** A figure that was not measured does not hold; of a partial result nothing does. */
  public Result.Outcome check(Result result) {
    var found = result.figures().stream().filter(each -> each.name().equals(figure)).findFirst();
    var value = found.map(Result.Figure::value).filter(Double::isFinite).orElse(null);
    if (value == null) {
      return new Result.Outcome(text, "not measured", false);
    }
    var actual = Quantity.text(value, found.get().unit());
    return result.partial()
        ? new Result.Outcome(text, actual + ", but the run is partial", false)
        : new Result.Outcome(text, actual, holds.test(value));
  }

  @Override
  public String toString() {
    return text;
  }

  private static DoublePredicate predicate(String operator, double bound) {
    return switch (operator) {
      case "=" -> value -> value == bound;
      case "!=" -> value -> value != bound;
      case "<" -> value -> value < bound;
      case "<=" -> value -> value <= bound;
      case ">" -> value -> value > bound;
      default -> value -> value >= bound;
    };
  }

  private static double factor(String text, String unit, String figure, String own) {
    if (unit.isEmpty()) {
      return 1;
    }
    var factor = UNITS.getOrDefault(own, Map.of(own, 1.0)).get(unit);
    if (factor == null) {
      throw new IllegalArgumentException(
          "'%s': %s is %s, not in %s".formatted(text, figure, kind(own), unit));
    }
    return factor;
  }

  private static String kind(String own) {
    return switch (own) {
      case "" -> "a count";
      case "ms" -> "a time (ms, s, us)";
      case "B" -> "a size (B, KB, MB, GB)";
      case "/s" -> "a rate (/s)";
      case "%" -> "a share (%)";
      default -> "in " + own;
    };
  }

  private static String unknown(String text, String figure, Map<String, String> units) {
    var nearest =
        units.keySet().stream()
            .min(
                Comparator.<String>comparingInt(name -> distance(figure, name))
                    .thenComparing(Comparator.naturalOrder()));
    return nearest
        .map(
            name ->
                "'%s': there is no figure %s; did you mean %s? Known: %s"
                    .formatted(text, figure, name, names(units)))
        .orElseGet(() -> "'%s': there is no figure %s".formatted(text, figure));
  }

  private static String names(Map<String, String> units) {
    return String.join(", ", units.keySet().stream().sorted().toList());
  }

  /** Counts the letters that have to be put in, left out or replaced; the case does not count. */
  private static int distance(String one, String two) {
    var a = one.toLowerCase(Locale.ROOT);
    var b = two.toLowerCase(Locale.ROOT);
    var row = new int[b.length() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      var diagonal = row[0];
      row[0] = i;
      for (int j = 1; j < row.length; j++) {
        var replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
