package dev.holdfast.loadtest.report;

import dev.holdfast.loadtest.plan.Counters;
import java.io.PrintWriter;
import java.util.List;

/**
 * Shows a running run once a second. On a terminal a block that is rewritten in place; otherwise
 * one line a second, of {@code name=value}. Any thread may call it.
 */
public final class LiveView implements RunView, AutoCloseable {
  /** Lines are cut by the terminal, not wrapped: wrapped ones could not be rewritten. */
  private static final String UNWRAPPED = "\033[?7l";

  private static final String WRAPPED = "\033[?7h";

  private final PrintWriter out;
  private final Terminal terminal;
  private final LiveLines lines;
  private List<String> block = List.of();
  private boolean closed;

  /**
   * @param scenario its name
   * @param seconds how long the run should take in all, for the bar; 0 where nobody knows
   */
  public LiveView(PrintWriter out, Terminal terminal, String scenario, double seconds) {
    this.out = out;
    this.terminal = terminal;
    this.lines = new LiveLines(terminal, scenario, seconds);
  }

  @Override
  public synchronized void show(Result.Second now, Counters total) {
    if (closed) {
      return;
    }
    if (terminal.rewrites()) {
      rewrite("", lines.block(now, total));
    } else {
      println(lines.plain(now, total));
    }
  }

  /** Prints a mark in a line that stays. */
  @Override
  public synchronized void mark(Result.Mark mark) {
    above(lines.mark(mark));
  }

  /** Prints a note in a line that stays. */
  @Override
  public synchronized void note(String line) {
    above(terminal.safe(line));
  }

  /** The last block stays where it is; what comes later is not shown. */
  @Override
  public synchronized void close() {
    closed = true;
    block = List.of();
  }

  private void above(String line) {
    if (terminal.rewrites() && !closed) {
      rewrite(line + "\n", block);
    } else {
      println(line);
    }
  }

  /**
   * Rewrites the view in one piece, so that nothing stays half done when the process is stopped.
   */
  private void rewrite(String above, List<String> next) {
    var text = new StringBuilder();
    if (!block.isEmpty()) {
      text.append("\033[").append(block.size()).append("A\r\033[J");
    }
    text.append(above).append(UNWRAPPED);
    next.forEach(line -> text.append(line).append('\n'));
    out.print(text.append(WRAPPED));
    out.flush();
    block = next;
  }

  private void println(String line) {
    out.println(line);
    out.flush();
  }
}
