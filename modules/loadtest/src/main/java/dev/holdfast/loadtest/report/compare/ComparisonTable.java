package dev.holdfast.loadtest.report.compare;

import dev.holdfast.loadtest.report.Quantity;
import dev.holdfast.loadtest.report.Terminal;
import dev.holdfast.loadtest.report.TextTable;
import dev.holdfast.loadtest.report.Verdict;
import dev.holdfast.loadtest.report.compare.Comparison.TextDifference;
import dev.holdfast.loadtest.report.compare.Difference.Change;
import java.io.PrintWriter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A {@link Comparison} in the terminal. */
final class ComparisonTable {
  private final Comparison.Data data;
  private final PrintWriter out;
  private final Terminal terminal;

  ComparisonTable(Comparison.Data data, PrintWriter out, Terminal terminal) {
    this.data = data;
    this.out = out;
    this.terminal = terminal;
  }

  void print() {
    side("a", data.a());
    side("b", data.b());
    for (var warning : data.warnings()) {
      out.println(terminal.warned("! " + terminal.safe(warning)));
    }
    texts("settings that differ", data.settings());
    texts("environment that differs", data.environment());
    differences();
    out.flush();
  }

  private void side(String letter, Comparison.Side side) {
    var result = side.result();
    out.println(
        "%s: %s  %s  %s  %s"
            .formatted(
                letter,
                terminal.bold(terminal.safe(side.name())),
                terminal.safe(result.scenario()),
                result.started().truncatedTo(ChronoUnit.SECONDS),
                result.partial() ? terminal.bad("PARTIAL") : Verdict.of(result)));
  }

  private void texts(String title, List<TextDifference> differences) {
    if (differences.isEmpty()) {
      return;
    }
    title(title);
    var table = new TextTable(terminal, "lll").add(terminal::bold, "", "a", "b");
    for (var each : differences) {
      table.add(each.name(), text(each.a()), text(each.b()));
    }
    table.print(out);
  }

  private void differences() {
    title("figures");
    var table =
        new TextTable(terminal, "lrrrrl")
            .add(terminal::bold, "", "a", "b", "difference", "percent", "");
    for (var each : data.differences()) {
      table.add(
          style(each.change()),
          each.name(),
          value(each.a(), each.unit()),
          value(each.b(), each.unit()),
          each.differenceText(),
          each.percentText(),
          word(each.change()));
    }
    table.print(out);
    out.printf(
        Locale.ROOT,
        "%n  Worse or better: by %s%% or more; of what went wrong, by any difference.%n",
        Quantity.digits(data.noise()));
  }

  private UnaryOperator<String> style(Change change) {
    return switch (change) {
      case WORSE -> terminal::bad;
      case BETTER -> terminal::good;
      default -> UnaryOperator.identity();
    };
  }

  private static String word(Change change) {
    return switch (change) {
      case WORSE -> "WORSE";
      case BETTER -> "better";
      case DIFFERENT -> "differs";
      case MISSING -> "in one only";
      case SAME -> "";
    };
  }

  private static String value(@Nullable Double value, String unit) {
    return value == null ? "-" : Quantity.text(value, unit);
  }

  private static String text(@Nullable String value) {
    return value == null ? "(none)" : value;
  }

  private void title(String text) {
    out.println();
    out.println(terminal.bold(text));
  }
}
