package dev.holdfast.loadtest.demo;

import dev.holdfast.loadtest.plan.Counters;
import dev.holdfast.loadtest.plan.LedgerCount;
import dev.holdfast.loadtest.report.Result;
import dev.holdfast.loadtest.report.Result.Series;
import dev.holdfast.loadtest.report.RunView;
import dev.holdfast.loadtest.run.Run;
import dev.holdfast.loadtest.targets.TargetNode;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Shows the run to a person: events as they come, and below them the present state, once a second.
 * If the output is no terminal, a line a second. Any thread may call it.
 */
final class Screen implements RunView {
  private static final String UP_AND_CLEAR = "\033[%dA\033[J";
  private static final int BAR = 30;

  private final PrintWriter out;
  private final boolean terminal;
  private @Nullable Run run;
  private int shown;

  Screen(PrintWriter out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
  }

  /** Shows how this run goes on, from now on. */
  synchronized void follow(Run followed) {
    run = followed;
  }

  /** Something that happened; stays on the screen. */
  synchronized void event(String text) {
    wipe();
    print((run == null ? "       " : time(run)) + " " + text);
  }

  private static String time(Run run) {
    return "%5.1f s".formatted(run.measured());
  }

  @Override
  public synchronized void show(Result.Second now, Counters total) {
    Run followed = run;
    if (followed == null) {
      return;
    }
    String numbers = time(followed) + " " + numbers(total, followed.ledger());
    if (!terminal) {
      print(numbers);
      return;
    }
    wipe();
    List<String> lines = new ArrayList<>(List.of(""));
    Map<String, Integer> attached = followed.connections();
    for (TargetNode node : followed.target().nodes()) {
      boolean alive = followed.target().pid(node).isPresent();
      lines.add(bar(node.name(), alive, attached.getOrDefault(node.name(), 0), total.clients()));
    }
    lines.add("  %-8s %d".formatted("away", total.clients() - total.attached()));
    lines.add(numbers);
    lines.forEach(out::println);
    out.flush();
    shown = lines.size();
  }

  /** Does nothing: the demo itself prints what happens to nodes. */
  @Override
  public void mark(Result.Mark mark) {}

  @Override
  public void note(String line) {
    event(line);
  }

  synchronized void table(Result result) {
    Counters counters = result.counters();
    LedgerCount ledger = result.ledger();
    wipe();
    print("");
    row("sessions", "%,d".formatted(counters.clients()));
    row(
        "resumed",
        "%,d of %,d that lost their node".formatted(counters.resumed(), counters.interrupted()));
    row(
        "published",
        "%,d, acknowledged %,d".formatted(counters.published(), counters.acknowledged()));
    row("received", "%,d".formatted(ledger.received()));
    row("lost", "%,d".formatted(ledger.lost()));
    row("duplicated", "%,d".formatted(ledger.duplicated()));
    row("out of order", "%,d".formatted(ledger.outOfOrder()));
    row("time to resume", timeToResume(result));
    row("trouble", trouble(counters, ledger));
  }

  private static String timeToResume(Result result) {
    return result.series().stream()
        .filter(series -> series.name().startsWith("resume."))
        .map(Screen::percentiles)
        .findFirst()
        .orElse("none had to");
  }

  private static String percentiles(Series resume) {
    return "p50 %.2f s, p99 %.2f s, max %.2f s"
        .formatted(resume.p50() / 1e3, resume.p99() / 1e3, resume.max() / 1e3);
  }

  private static String trouble(Counters counters, LedgerCount ledger) {
    long lost = counters.restarted() + counters.clients() - counters.attached();
    boolean none = ledger.gaps() + lost + counters.failed() == 0;
    return none
        ? "none"
        : "%d gaps, %d sessions not resumed, %d publications given up"
            .formatted(ledger.gaps(), lost, counters.failed());
  }

  private static String bar(String name, boolean alive, int sessions, long all) {
    String bar = "█".repeat((int) (sessions * BAR / Math.max(1, all)));
    return "  %-8s %s".formatted(name, alive ? bar + " " + sessions : "killed");
  }

  private static String numbers(Counters counters, LedgerCount ledger) {
    return "published %,d  received %,d  away %d  resumed %d  missing %d  duplicated %d  out of order %d"
        .formatted(
            counters.published(),
            ledger.received(),
            counters.clients() - counters.attached(),
            counters.resumed(),
            ledger.lost() + ledger.inGaps(),
            ledger.duplicated(),
            ledger.outOfOrder());
  }

  private void row(String name, String value) {
    print("  %-16s %s".formatted(name, value));
  }

  private void print(String line) {
    out.println(line);
    out.flush();
  }

  private void wipe() {
    if (shown > 0) {
      out.printf(UP_AND_CLEAR, shown);
      shown = 0;
    }
  }
}
