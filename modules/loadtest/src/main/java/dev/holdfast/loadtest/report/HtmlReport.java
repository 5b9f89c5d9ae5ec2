package dev.holdfast.loadtest.report;

import java.io.IOException;
import java.nio.file.Path;

/** A result as one HTML file, which loads nothing. */
public final class HtmlReport {
  private HtmlReport() {}

  /** A file that is there is replaced. */
  public static void write(Result result, Path file) throws IOException {
    throw new UnsupportedOperationException();
  }
}
