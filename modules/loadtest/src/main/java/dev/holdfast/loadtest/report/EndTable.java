package dev.holdfast.loadtest.report;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;

/** A result in the terminal. */
public final class EndTable {
  private EndTable() {}

  /**
   * @param files that were written
   */
  public static void print(Result result, List<Path> files, PrintWriter out, Terminal terminal) {
    throw new UnsupportedOperationException();
  }
}
