package dev.holdfast.example;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The jars with which this service runs; the build writes the list. */
final class ServiceClassPath {
  private static final Path LIST = Path.of("target", "service.classpath");

  private ServiceClassPath() {}

  static List<Path> all() {
    try {
      return Stream.of(Files.readString(LIST).strip().split(File.pathSeparator))
          .map(Path::of)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns what every service has: without the log, which is each one's own choice. */
  static List<Path> ofEachService() {
    return all().stream().filter(jar -> !name(jar).startsWith("logback-")).toList();
  }

  static String name(Path jar) {
    return jar.getFileName().toString();
  }
}
