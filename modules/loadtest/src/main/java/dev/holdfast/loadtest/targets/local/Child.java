package dev.holdfast.loadtest.targets.local;

import dev.holdfast.loadtest.targets.TargetException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A process that we started. What is started so ends when its standard input does, so none outlives
 * this process, however that ends. Any thread; methods block.
 */
public final class Child implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Child.class);
  private static final int TAIL_LINES = 8;

  private final String name;
  private final Process process;
  private final Path log;

  private Child(String name, Process process, Path log) {
    this.name = name;
    this.process = process;
    this.log = log;
  }

  /**
   * @param folder where its log goes, appended
   * @param lines takes what it prints, on a thread of its own
   */
  public static Child start(
      String name, Path folder, List<String> command, Consumer<String> lines) {
    Path log = folder.resolve(name + ".log");
    var builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
    // What configures this process is not meant for those that it starts.
    builder.environment().keySet().removeIf(variable -> variable.startsWith("HOLDFAST_"));
    try {
      var child = new Child(name, builder.start(), log);
      var reader = new Thread(() -> child.readLines(lines), name + "-output");
      reader.setDaemon(true);
      reader.start();
      return child;
    } catch (IOException e) {
      throw new TargetException("can't start " + name + ": " + e.getMessage());
    }
  }

  public String name() {
    return name;
  }

  public boolean alive() {
    return process.isAlive();
  }

  public long pid() {
    return process.pid();
  }

  /** Writes a line to its standard input. */
  public void writeLine(String line) {
    OutputStream input = process.getOutputStream();
    try {
      input.write((line + "\n").getBytes(StandardCharsets.UTF_8));
      input.flush();
    } catch (IOException e) {
      throw new TargetException(name + " has ended: " + tail());
    }
  }

  /** SIGKILL; gone when this returns. */
  public void kill() {
    process.destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * SIGTERM.
   *
   * @return whether it was gone within the time
   */
  public boolean terminate(Duration within) throws InterruptedException {
    process.destroy();
    return process.waitFor(within.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    kill();
  }

  /** The last lines of its log. */
  public String tail() {
    try {
      List<String> all = Files.readAllLines(log);
      return String.join("\n", all.subList(Math.max(0, all.size() - TAIL_LINES), all.size()));
    } catch (IOException e) {
      return "no log: " + e.getMessage();
    }
  }

  private void readLines(Consumer<String> lines) {
    try (var output =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        lines.accept(line);
      }
    } catch (IOException | RuntimeException e) {
      LOG.debug("output of {} ended", name, e);
    }
  }
}
