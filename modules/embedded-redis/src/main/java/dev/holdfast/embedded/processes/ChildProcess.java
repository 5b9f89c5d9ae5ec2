package dev.holdfast.embedded.processes;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A process that this one started, with a log. Its standard input ends with this process, however
 * that ends: a program that ends with its input does not outlive it. Any thread; methods block.
 */
public final class ChildProcess implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ChildProcess.class);
  private static final int TAIL_LINES = 8;
  private static final int LONGEST_LINE = 400;

  private final String name;
  private final Process process;
  private final Path log;

  private ChildProcess(String name, Process process, Path log) {
    this.name = name;
    this.process = process;
    this.log = log;
  }

  /** Begins a command line, without the settings of this process in its environment. */
  public static ProcessBuilder command(List<String> words) {
    var builder = new ProcessBuilder(words);
    builder.environment().keySet().removeIf(variable -> variable.startsWith("HOLDFAST_"));
    return builder;
  }

  /**
   * Starts a process; all that it prints is appended to the log.
   *
   * @throws ProcessException if it can't be started
   */
  public static ChildProcess start(String name, Path log, ProcessBuilder command) {
    return started(name, log, command.redirectErrorStream(true).redirectOutput(append(log)));
  }

  /**
   * Starts a process; its standard error is appended to the log.
   *
   * @param lines takes what it prints, on a thread of its own
   * @throws ProcessException if it can't be started
   */
  public static ChildProcess start(
      String name, Path log, ProcessBuilder command, Consumer<String> lines) {
    ChildProcess child = started(name, log, command.redirectError(append(log)));
    var reader = new Thread(() -> child.readLines(lines), name + "-output");
    reader.setDaemon(true);
    reader.start();
    return child;
  }

  private static Redirect append(Path log) {
    return Redirect.appendTo(log.toFile());
  }

  private static ChildProcess started(String name, Path log, ProcessBuilder command) {
    try {
      return new ChildProcess(name, command.start(), log);
    } catch (IOException e) {
      throw new ProcessException("can't start " + name + ": " + e.getMessage());
    }
  }

  public String name() {
    return name;
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  public long pid() {
    return process.pid();
  }

  public ProcessHandle handle() {
    return process.toHandle();
  }

  /**
   * Writes a line to its standard input.
   *
   * @throws ProcessException if it has ended
   */
  public void writeLine(String line) {
    OutputStream input = process.getOutputStream();
    try {
      input.write((line + "\n").getBytes(StandardCharsets.UTF_8));
      input.flush();
    } catch (IOException e) {
      throw new ProcessException(name + " has ended: " + tail());
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

  /** The last lines of its log, which may be those of an earlier process of that name. */
  public String tail() {
    return tail(log, TAIL_LINES);
  }

  static String tail(Path log, int lines) {
    try {
      List<String> all = Files.readAllLines(log);
      return all.subList(Math.max(0, all.size() - lines), all.size()).stream()
          .map(line -> line.length() > LONGEST_LINE ? line.substring(0, LONGEST_LINE) + " …" : line)
          .collect(Collectors.joining("\n"));
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
