package dev.holdfast.loadtest.report;

import dev.holdfast.loadtest.plan.Counters;
import java.io.PrintWriter;

/**
 * How a run goes, once a second. On a terminal a block that is rewritten in place; otherwise one
 * line a second. Any thread may call it.
 */
public final class LiveView implements AutoCloseable {
  /**
   * @param scenario its name
   * @param seconds how long the run should take in all, for the bar; 0 where nobody knows
   */
  public LiveView(PrintWriter out, Terminal terminal, String scenario, double seconds) {}

  public void show(Result.Second now, Counters total) {}

  /** A fault, a recovery or a phase, in a line that stays. */
  public void mark(Result.Mark mark) {}

  /** Anything else that people have to know of now, in a line that stays. */
  public void note(String line) {}

  /** Leaves the terminal as it was; the last block stays. */
  @Override
  public void close() {}
}
