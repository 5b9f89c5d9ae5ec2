package dev.holdfast.loadtest.report;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A result as one HTML file, which loads nothing. */
public final class HtmlReport {
  private static final List<String> SCRIPTS =
      List.of("text.js", "dom.js", "plot.js", "marks.js", "charts.js", "report.js");

  private HtmlReport() {}

  /** A file that is there is replaced. */
  public static void write(Result result, Path file) throws IOException {
    WholeFile.write(file, Page.of(SCRIPTS, new Data(Verdict.of(result), result)));
  }

  /** The input of the page's script. */
  private record Data(Verdict verdict, Result result) {}
}
