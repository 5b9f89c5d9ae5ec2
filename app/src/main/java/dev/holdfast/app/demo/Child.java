package dev.holdfast.app.demo;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A process of the demo, running this same program. It ends when its standard input does, so it
 * doesn't outlive this process, however that ends. Methods block.
 */
final class Child implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Child.class);
  private static final int TAIL_LINES = 15;

  private final String name;
  private final Process process;
  private final Path log;

  private Child(String name, Process process, Path log) {
    this.name = name;
    this.process = process;
    this.log = log;
  }

  /**
   * @param lines takes what it prints, on a thread of its own; its log goes to a file of the folder
   * @param command of this program, with its options
   */
  static Child start(String name, Path folder, Consumer<String> lines, List<String> command)
      throws IOException {
    Path log = folder.resolve(name + ".log");
    var line = new ArrayList<>(program());
    line.addAll(command);
    var builder = new ProcessBuilder(line).redirectError(log.toFile());
    // What configures the parent is not meant for its children.
    builder.environment().keySet().removeIf(variable -> variable.startsWith("HOLDFAST_"));
    var child = new Child(name, builder.start(), log);
    var reader = new Thread(() -> child.readLines(lines), name + "-output");
    reader.setDaemon(true);
    reader.start();
    return child;
  }

  boolean alive() {
    return process.isAlive();
  }

  String name() {
    return name;
  }

  /** Writes a line to its standard input. */
  void tell(String line) throws IOException {
    OutputStream input = process.getOutputStream();
    input.write((line + "\n").getBytes(StandardCharsets.UTF_8));
    input.flush();
  }

  /** SIGKILL; gone when this returns. */
  void kill() {
    process.destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    kill();
  }

  /** The last lines of its log. */
  String tail() {
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
      output.lines().forEach(lines);
    } catch (IOException | RuntimeException e) {
      LOG.debug("output of {} ended", name, e);
    }
  }

  /** A small JVM that starts fast, with this one's class path and opened packages. */
  private static List<String> program() {
    var line = new ArrayList<String>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.startsWith("--add-"))
        .forEach(line::add);
    String classPath = System.getProperty("java.class.path");
    if (classPath.endsWith(".jar") && !classPath.contains(File.pathSeparator)) {
      line.addAll(List.of("-jar", classPath));
    } else {
      line.addAll(List.of("-cp", classPath, "dev.holdfast.app.Holdfast"));
    }
    return line;
  }
}
