package dev.holdfast.loadtest.report;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;

/** A result in the terminal. */
public final class EndTable {
  private final Result result;
  private final PrintWriter out;
  private final Terminal terminal;

  private EndTable(Result result, PrintWriter out, Terminal terminal) {
    this.result = result;
    this.out = out;
    this.terminal = terminal;
  }

  /**
   * @param files that were written
   */
  public static void print(Result result, List<Path> files, PrintWriter out, Terminal terminal) {
    var table = new EndTable(result, out, terminal);
    table.head();
    table.figures();
    table.ledgers();
    table.problems();
    table.requirements();
    table.files(files);
    if (result.partial()) {
      table.partial();
    }
    out.flush();
  }

  private void head() {
    out.println();
    out.println(terminal.bold(terminal.safe(result.scenario())) + ": " + verdict());
    out.printf(
        Locale.ROOT,
        "  %s s from %s, version %s%n",
        Quantity.digits(result.seconds()),
        result.started().truncatedTo(ChronoUnit.SECONDS),
        terminal.safe(result.version()));
    if (result.partial()) {
      partial();
    }
  }

  private String verdict() {
    var verdict = Verdict.of(result);
    var word = terminal.bold(verdict.name());
    return switch (verdict) {
      case PASS -> terminal.good(word);
      case FAIL, PARTIAL -> terminal.bad(word);
      case DONE -> word + ", nothing was required";
    };
  }

  private void partial() {
    out.println(
        terminal.bad("PARTIAL: the run did not come to its end; no figure of it is complete."));
  }

  private void figures() {
    if (result.figures().isEmpty()) {
      return;
    }
    title("figures");
    var table = new TextTable(terminal, "lrl");
    for (var figure : result.figures()) {
      table.add(figure.name(), Quantity.text(figure.value(), figure.unit()), figure.meaning());
    }
    table.print(out);
  }

  private void ledgers() {
    if (result.ledgers().isEmpty()) {
      return;
    }
    title("ledger");
    var table = new TextTable(terminal, "lrrrrrrr");
    table.add("", "expected", "received", "lost", "duplicated", "out of order", "gaps", "in gaps");
    new TreeMap<>(result.ledgers())
        .forEach(
            (name, count) ->
                table.add(
                    name,
                    count(count.expected()),
                    count(count.received()),
                    count(count.lost()),
                    count(count.duplicated()),
                    count(count.outOfOrder()),
                    count(count.gaps()),
                    count(count.inGaps())));
    table.print(out);
  }

  private void problems() {
    if (result.problems().isEmpty()) {
      return;
    }
    title("problems");
    for (var problem : result.problems()) {
      out.println("  " + terminal.warned("! " + terminal.safe(problem)));
    }
  }

  private void requirements() {
    if (result.requirements().isEmpty()) {
      return;
    }
    title("requirements");
    var table = new TextTable(terminal, "lll");
    for (var outcome : result.requirements()) {
      table.add(
          outcome.held() ? terminal::good : terminal::bad,
          mark(outcome.held()),
          outcome.requirement(),
          outcome.actual());
    }
    table.print(out);
  }

  private String mark(boolean held) {
    if (terminal.unicode()) {
      return held ? "✓" : "✗";
    }
    return held ? "ok" : "FAILED";
  }

  private void files(List<Path> files) {
    if (!files.isEmpty()) {
      title("written");
      files.forEach(file -> out.println("  " + terminal.safe(file.toString())));
    }
  }

  private void title(String text) {
    out.println();
    out.println(terminal.bold(text));
  }

  private static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }
}
