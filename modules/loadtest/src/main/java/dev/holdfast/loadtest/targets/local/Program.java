package dev.holdfast.loadtest.targets.local;

import java.io.File;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A Java program that can be started as a process of its own.
 *
 * @param what class path and main class, or the jar, as the JVM takes them
 */
public record Program(List<String> what) {
  public Program {
    what = List.copyOf(what);
  }

  /** This same program, as it was started. */
  public static Program self() {
    String classPath = System.getProperty("java.class.path");
    var what = new ArrayList<String>();
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.startsWith("--add-"))
        .forEach(what::add);
    if (classPath.endsWith(".jar") && !classPath.contains(File.pathSeparator)) {
      what.addAll(List.of("-jar", classPath));
    } else {
      String main = System.getProperty("sun.java.command").split(" ")[0];
      what.addAll(List.of("-cp", classPath, main));
    }
    return new Program(what);
  }

  public static Program jar(Path jar) {
    return new Program(List.of("-jar", jar.toAbsolutePath().toString()));
  }

  /**
   * The command line.
   *
   * @param options of the JVM
   */
  public List<String> command(List<String> options, List<String> arguments) {
    var line = new ArrayList<String>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.addAll(archive());
    line.addAll(options);
    line.addAll(what);
    line.addAll(arguments);
    return line;
  }

  /**
   * The classes as they are in memory, where somebody has put them beside the jar: {@code
   * holdfast.jsa} beside {@code holdfast.jar}. A JVM that can't use them, as the jar is a newer
   * one, prints nothing and goes without: what a worker prints is read.
   */
  private List<String> archive() {
    int jar = what.indexOf("-jar") + 1;
    if (jar == 0) {
      return List.of();
    }
    Path archive = Path.of(what.get(jar).replaceFirst("\\.jar$", ".jsa"));
    return Files.isRegularFile(archive)
        ? List.of("-XX:SharedArchiveFile=" + archive, "-Xlog:cds*=off")
        : List.of();
  }
}
