package dev.holdfast.loadtest;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say what comes out. */
final class OutputOptions {
  @Option(names = "--json", paramLabel = "FILE", description = "Writes the result.")
  @Nullable Path json;

  @Option(names = "--html", paramLabel = "FILE", description = "Writes the result as a page.")
  @Nullable Path html;

  @Option(
      names = "--require",
      paramLabel = "EXPR",
      description = "What must hold: lost=0, 'p99<20ms'; may be repeated. Else the code is 1.")
  List<String> requirements = List.of();

  @Option(
      names = "--repeat",
      paramLabel = "N",
      defaultValue = "1",
      description = "Runs it so often, 1 to 20, and reports medians.")
  int repeat;
}
