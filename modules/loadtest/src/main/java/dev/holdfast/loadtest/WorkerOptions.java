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
      description = "Worker processes on this machine, 1 to 32; default 1 per 10,000 connections.")
  @Nullable Integer workers;

  @Option(
      names = "--worker-url",
      paramLabel = "URL",
      split = ",",
      description = "Worker on another machine, ws://host:port; may be repeated.")
  List<URI> urls = List.of();

  @Option(
      names = "--secret-file",
      paramLabel = "FILE",
      description = "File with the secret of the workers at --worker-url.")
  @Nullable Path secretFile;
}
