package dev.holdfast.app;

import dev.holdfast.testkit.machine.InstalledJar;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * This program, run as a process of its own: as it is installed, or else on the class path of the
 * tests.
 */
public final class HoldfastProcess implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(180);
  private static final Optional<InstalledJar> INSTALLED = InstalledJar.ofClassPath();

  private final Process process;
  private final Path output;

  private HoldfastProcess(Process process, Path output) {
    this.process = process;
    this.output = output;
  }

  /** Its standard input stays open until {@link #endInput}; output and errors go to one file. */
  public static HoldfastProcess start(Path folder, String... args) throws IOException {
    return start(folder, List.of(), args);
  }

  /** With so many files open at most. */
  public static HoldfastProcess startWith(int files, Path folder, String... args)
      throws IOException {
    String limited = "ulimit -n " + files + " && exec \"$@\"";
    return start(folder, List.of("sh", "-c", limited, "sh"), args);
  }

  /** As it is installed, by {@code -jar}, but without the libraries whose names hold a text. */
  public static HoldfastProcess startWithout(String library, Path folder, String... args)
      throws IOException {
    Path target = Path.of("target").toAbsolutePath();
    Path installed = Files.createDirectory(folder.resolve("installed"));
    Path jar = Files.copy(target.resolve("holdfast.jar"), installed.resolve("holdfast.jar"));
    Path libraries = Files.createDirectory(installed.resolve("lib"));
    try (Stream<Path> all = Files.list(target.resolve("lib"))) {
      for (Path each : all.filter(one -> !one.toString().contains(library)).toList()) {
        Files.createSymbolicLink(libraries.resolve(each.getFileName()), each);
      }
    }
    return start(folder, List.of(), List.of("-jar", jar.toString()), args);
  }

  /** Leaves the classes that it had loaded in a file, when it ends in order. */
  static HoldfastProcess startArchiving(InstalledJar jar, Path archive, Path folder, String... args)
      throws IOException {
    String option = "-XX:ArchiveClassesAtExit=" + archive;
    return start(folder, List.of(), List.of(option, "-jar", jar.path().toString()), args);
  }

  private static HoldfastProcess start(Path folder, List<String> within, String... args)
      throws IOException {
    List<String> program = INSTALLED.map(HoldfastProcess::of).orElseGet(HoldfastProcess::ofClasses);
    return start(folder, within, program, args);
  }

  private static List<String> of(InstalledJar jar) {
    List<String> program = new ArrayList<>(jar.options());
    program.addAll(List.of("-jar", jar.path().toString()));
    return program;
  }

  private static List<String> ofClasses() {
    return List.of("-cp", System.getProperty("java.class.path"), Holdfast.class.getName());
  }

  private static HoldfastProcess start(
      Path folder, List<String> within, List<String> program, String... args) throws IOException {
    Path output = Files.createTempFile(folder, "holdfast", ".out");
    var command = new ArrayList<>(within);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.addAll(program);
    command.addAll(List.of(args));
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.redirectOutput(output.toFile()).directory(folder.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("HOLDFAST_"));
    return new HoldfastProcess(builder.start(), output);
  }

  public String output() {
    try {
      return Files.readString(output);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** The first match of the pattern in the output, once it is there. */
  public Matcher awaitOutput(String regex) {
    Pattern pattern = Pattern.compile(regex);
    Awaitility.await(regex)
        .atMost(TIMEOUT)
        .until(() -> !process.isAlive() || pattern.matcher(output()).find());
    Matcher found = pattern.matcher(output());
    if (!found.find()) {
      throw new AssertionError("ended without \"" + regex + "\":\n" + output());
    }
    return found;
  }

  public void endInput() throws IOException {
    process.getOutputStream().close();
  }

  /** SIGTERM. */
  public void terminate() {
    process.destroy();
  }

  public int awaitExit() throws InterruptedException {
    if (!process.waitFor(TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
      throw new AssertionError("still runs:\n" + output());
    }
    return process.exitValue();
  }

  public List<ProcessHandle> descendants() {
    return process.descendants().toList();
  }

  @Override
  public void close() {
    descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}
