package dev.holdfast.app.demo;

import dev.holdfast.loadtest.targets.Target;
import dev.holdfast.loadtest.targets.TargetNode;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What the person at the terminal sees: events as they come, below them what is now. Where the
 * output is no terminal, a line a second. One thread.
 */
final class Screen {
  private static final String UP_AND_CLEAR = "\033[%dA\033[J";
  private static final int BAR = 30;
  private static final long LINE_EVERY_MS = 1_000;

  private final PrintWriter out;
  private final boolean terminal;
  private int shown;
  private long lastLine = -LINE_EVERY_MS;
  private long elapsedMs = -1;

  Screen(PrintWriter out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
  }

  /** Something that happened; stays on the screen. */
  void event(String text) {
    wipe();
    print(elapsedMs < 0 ? "        " + text : "%5.1f s %s".formatted(elapsedMs / 1e3, text));
  }

  void show(Target nodes, long elapsedNanos, Reports.Service published, Reports.Clients received) {
    elapsedMs = TimeUnit.NANOSECONDS.toMillis(elapsedNanos);
    if (!terminal) {
      if (elapsedMs - lastLine >= LINE_EVERY_MS) {
        lastLine = elapsedMs;
        print("%5.1f s %s".formatted(elapsedMs / 1e3, numbers(published, received)));
      }
      return;
    }
    wipe();
    List<String> lines = new ArrayList<>(List.of(""));
    for (TargetNode node : nodes.nodes()) {
      lines.add(bar(node.name(), nodes.pid(node).isPresent(), received));
    }
    lines.add("  %-8s %d".formatted("away", received.away()));
    lines.add("%5.1f s %s".formatted(elapsedMs / 1e3, numbers(published, received)));
    lines.forEach(out::println);
    out.flush();
    shown = lines.size();
  }

  void table(int sessions, Reports.Service published, Reports.Clients received) {
    wipe();
    print("");
    row("sessions", "%,d".formatted(sessions));
    row(
        "resumed",
        "%,d of %,d that lost their node".formatted(received.resumed(), received.interruptions()));
    row(
        "published",
        "%,d, acknowledged %,d".formatted(published.published(), published.acknowledged()));
    row("received", "%,d".formatted(received.received()));
    row("lost", "%,d".formatted(received.lost()));
    row("duplicated", "%,d".formatted(received.duplicated()));
    row("out of order", "%,d".formatted(received.outOfOrder()));
    long[] millis = received.resumeMillis();
    row(
        "time to resume",
        "p50 %.2f s, p99 %.2f s, max %.2f s"
            .formatted(millis[0] / 1e3, millis[1] / 1e3, millis[2] / 1e3));
    row("trouble", trouble(published, received));
  }

  private static String trouble(Reports.Service published, Reports.Clients received) {
    long lost = received.restarted() + received.away();
    boolean none = received.gaps() + lost + published.failed() == 0;
    return none
        ? "none"
        : "%d gaps, %d sessions not resumed, %d publications given up"
            .formatted(received.gaps(), lost, published.failed());
  }

  private static String bar(String name, boolean alive, Reports.Clients received) {
    int sessions = received.attached().getOrDefault(name, 0);
    int all = Math.max(1, received.away() + sum(received));
    String bar = "█".repeat(sessions * BAR / all);
    return "  %-8s %s".formatted(name, alive ? bar + " " + sessions : "killed");
  }

  private static int sum(Reports.Clients received) {
    return received.attached().values().stream().mapToInt(Integer::intValue).sum();
  }

  private static String numbers(Reports.Service published, Reports.Clients received) {
    return "published %,d  received %,d  away %d  resumed %d  missing %d  duplicated %d  out of order %d"
        .formatted(
            published.published(),
            received.received(),
            received.away(),
            received.resumed(),
            received.lost(),
            received.duplicated(),
            received.outOfOrder());
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
