package dev.holdfast.loadtest.run.workers;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.holdfast.embedded.processes.ChildProcess;
import dev.holdfast.loadtest.targets.TargetException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A worker process on this machine, that ends with this one. Methods block. */
final class LocalWorker implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> JVM = List.of("-Xmx2g", "-XX:+UseG1GC");

  private final ChildProcess process;
  private final CompletableFuture<URI> url = new CompletableFuture<>();

  /** Starts it; it asks for the secret from its standard input. */
  LocalWorker(String name, Path folder, WorkersConfig config, String secret) {
    var arguments = new ArrayList<>(config.command());
    arguments.addAll(List.of("--port", "0", "--secret-stdin"));
    List<String> command = config.program().command(JVM, arguments);
    ProcessBuilder placed = ChildProcess.command(config.processors().on("workers", command));
    process = ChildProcess.start(name, folder.resolve(name + ".log"), placed, this::line);
    process.writeLine(secret);
  }

  ChildProcess process() {
    return process;
  }

  /** Returns the address that it listens at, once it does. */
  URI url() throws InterruptedException {
    long until = System.nanoTime() + TIMEOUT.toNanos();
    while (System.nanoTime() < until && process.isAlive()) {
      try {
        return url.get(100, TimeUnit.MILLISECONDS);
      } catch (TimeoutException notYet) {
        continue;
      } catch (ExecutionException e) {
        break;
      }
    }
    throw new TargetException(process.name() + " did not start:\n" + process.tail());
  }

  private void line(String line) {
    try {
      String address = JSON.readTree(line).path("url").asText();
      if (!address.isEmpty()) {
        url.complete(URI.create(address));
      }
    } catch (JsonProcessingException e) {
      url.completeExceptionally(e);
    }
  }

  @Override
  public void close() {
    process.close();
  }
}
