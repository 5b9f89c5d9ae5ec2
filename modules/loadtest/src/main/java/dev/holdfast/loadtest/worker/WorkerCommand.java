package dev.holdfast.loadtest.worker;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The process of a worker. Prints {@code {"url":"ws://…"}} as its one line; a child's first line of
 * standard input is the secret, and it ends with its standard input.
 */
@Command(
    name = "worker",
    mixinStandardHelpOptions = true,
    description = "Waits for a coordinator, and runs the clients and publishers that it asks for.")
public final class WorkerCommand implements Callable<Integer> {
  private static final long CLOSE_S = 10;

  @Spec private CommandSpec spec;

  @Option(
      names = "--host",
      defaultValue = "127.0.0.1",
      description = "Address to listen at; default 127.0.0.1. Any other needs a secret.")
  private String host;

  @Option(
      names = "--port",
      defaultValue = "0",
      description = "Port to listen at; default: a free one.")
  private int port;

  @Option(
      names = "--secret-file",
      description = "File whose first line is the secret that the coordinator has to send.")
  private @Nullable Path secretFile;

  @Option(
      names = "--loops",
      defaultValue = "0",
      description = "Event loops for clients; default: one per processor.")
  private int loops;

  @Option(
      names = {"--stdin", "--secret-stdin"},
      hidden = true)
  private boolean child;

  @Override
  public Integer call() throws IOException, InterruptedException {
    var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    var worker = new WorkerVerticle(config(child ? input.readLine() : secretOfFile()));
    Vertx vertx = Vertx.vertx(options());
    String deployed = vertx.deployVerticle(worker).await();
    spec.commandLine().getOut().println("{\"url\":\"" + worker.url() + "\"}");
    spec.commandLine().getOut().flush();
    if (child) {
      awaitEnd(input);
      close(vertx, deployed);
    } else {
      new CountDownLatch(1).await();
    }
    return 0;
  }

  /** Bounded: the parent is gone, and nobody waits for a good ending. */
  private static void close(Vertx vertx, String deployed) {
    vertx
        .undeploy(deployed)
        .transform(undeployed -> vertx.close())
        .toCompletionStage()
        .toCompletableFuture()
        .completeOnTimeout(null, CLOSE_S, TimeUnit.SECONDS)
        .join();
  }

  private WorkerConfig config(@Nullable String secret) {
    try {
      return new WorkerConfig(host, port, secret, usedLoops());
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage());
    }
  }

  private @Nullable String secretOfFile() {
    if (secretFile == null) {
      return null;
    }
    try (var lines = Files.lines(secretFile)) {
      return lines.findFirst().map(String::strip).orElse("");
    } catch (IOException | java.io.UncheckedIOException e) {
      throw new ParameterException(
          spec.commandLine(), "--secret-file: can't be read: " + e.getMessage());
    }
  }

  private int usedLoops() {
    return loops == 0 ? Runtime.getRuntime().availableProcessors() : loops;
  }

  /**
   * Returns options with one more event loop for the coordinator, so that reports don't wait for
   * clients.
   */
  private VertxOptions options() {
    return new VertxOptions()
        .setEventLoopPoolSize(1 + 2 * usedLoops())
        .setPreferNativeTransport(true);
  }

  private static void awaitEnd(BufferedReader input) throws IOException {
    while (input.readLine() != null) {
      // Its parent has nothing more to say.
    }
  }
}
