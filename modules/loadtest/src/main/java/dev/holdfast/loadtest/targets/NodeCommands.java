package dev.holdfast.loadtest.targets;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Commands of an operator that end and start the nodes of an existing cluster; {@code {node}},
 * {@code {host}} and {@code {port}} stand for the node's. Run by a shell, a minute at most.
 *
 * @param kill ends a node as a crash would
 * @param stop asks a node to end, and lets it
 * @param start starts a node that was ended
 */
public record NodeCommands(@Nullable String kill, @Nullable String stop, @Nullable String start) {
  public static final NodeCommands NONE = new NodeCommands(null, null, null);

  private static final long PATIENCE_S = 60;

  void kill(TargetNode node) throws InterruptedException {
    run(kill, node);
  }

  void stop(TargetNode node) throws InterruptedException {
    run(stop, node);
  }

  void start(TargetNode node) throws InterruptedException {
    run(start, node);
  }

  private static void run(@Nullable String template, TargetNode node) throws InterruptedException {
    if (template == null) {
      throw new TargetException("no command was given for it");
    }
    String command = filled(template, node);
    try {
      Path output = Files.createTempFile("holdfast-load-", ".out");
      try {
        run(command, output);
      } finally {
        Files.delete(output);
      }
    } catch (IOException e) {
      throw new TargetException(command + ": " + e.getMessage());
    }
  }

  private static void run(String command, Path output) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(List.of("sh", "-c", command))
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    boolean ended = process.waitFor(PATIENCE_S, TimeUnit.SECONDS);
    if (!ended) {
      process.destroyForcibly();
      throw new TargetException("not within " + PATIENCE_S + " s: " + command);
    }
    if (process.exitValue() != 0) {
      String said = Files.readString(output, StandardCharsets.UTF_8).strip();
      throw new TargetException(
          "'%s' ended with code %d: %s".formatted(command, process.exitValue(), said));
    }
  }

  private static String filled(String template, TargetNode node) {
    URI url = node.url();
    return template
        .replace("{node}", node.name())
        .replace("{host}", url.getHost())
        .replace("{port}", Integer.toString(url.getPort()));
  }
}
