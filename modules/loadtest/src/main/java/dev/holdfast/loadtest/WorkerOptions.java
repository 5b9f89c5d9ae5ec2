package dev.holdfast.loadtest;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say where the measuring side is. */
final class WorkerOptions {
  @Option(
      names = "--workers",
      paramLabel = "N",
      description = "Processes on this machine, 1 to 32; default 1 for each 10,000 connections.")
  @Nullable Integer workers;

  @Option(
      names = "--worker-url",
      paramLabel = "URL",
      split = ",",
      description = "A worker that runs elsewhere, ws://host:port; may be repeated.")
  List<URI> urls = List.of();

  @Option(
      names = "--secret-file",
      paramLabel = "FILE",
      description = "What the workers at --worker-url ask for.")
  @Nullable Path secretFile;
}
