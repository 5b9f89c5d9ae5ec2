package dev.holdfast.client.conformance;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A client of whatever language behind its driver: commands go to its standard input, reports come
 * from its standard output, one JSON object a line.
 */
final class ClientProcess implements AutoCloseable {
  private final Process process;
  private final Writer commands;
  private volatile Consumer<ObjectNode> reports = report -> {};

  private ClientProcess(Process process) {
    this.process = process;
    this.commands = process.outputWriter(StandardCharsets.UTF_8);
  }

  static ClientProcess start(List<String> command) {
    try {
      var builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
      var client = new ClientProcess(builder.start());
      Thread reader = new Thread(client::read, "reports");
      reader.setDaemon(true);
      reader.start();
      return client;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void reportTo(Consumer<ObjectNode> listener) {
    reports = listener;
  }

  private void read() {
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        reports.accept((ObjectNode) Play.MAPPER.readTree(line));
      }
    } catch (IOException e) {
      // It has ended; what it does not report is missed.
    }
  }

  void command(ObjectNode command) {
    try {
      commands.write(command + "\n");
      commands.flush();
    } catch (IOException e) {
      throw new IllegalStateException("the client's driver has ended", e);
    }
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
