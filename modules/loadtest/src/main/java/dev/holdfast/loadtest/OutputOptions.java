package dev.holdfast.loadtest;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say what comes out. */
final class OutputOptions {
  @Option(names = "--json", paramLabel = "FILE", description = "Writes the result as JSON.")
  @Nullable Path json;

  @Option(names = "--html", paramLabel = "FILE", description = "Writes the result as a page.")
  @Nullable Path html;

  @Option(
      names = "--require",
      paramLabel = "EXPR",
      description =
          "Requirement, for example lost=0 or 'p99<20ms'; may be repeated. Exit code 1 if one does"
              + " not hold.")
  List<String> requirements = List.of();

  @Option(
      names = "--repeat",
      paramLabel = "N",
      defaultValue = "1",
      description = "Number of runs, 1 to 20; reports their medians. Default 1.")
  int repeat;
}
