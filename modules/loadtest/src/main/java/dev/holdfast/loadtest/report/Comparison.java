package dev.holdfast.loadtest.report;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;

/** Two results side by side; the first is what the second is held against. */
public final class Comparison {
  private Comparison() {}

  /**
   * @param nameA what to call it, such as its file's name
   */
  public static Comparison of(String nameA, Result a, String nameB, Result b) {
    throw new UnsupportedOperationException();
  }

  public void print(PrintWriter out, Terminal terminal) {
    throw new UnsupportedOperationException();
  }

  /** One page that loads nothing; a file that is there is replaced. */
  public void writeHtml(Path file) throws IOException {
    throw new UnsupportedOperationException();
  }
}
