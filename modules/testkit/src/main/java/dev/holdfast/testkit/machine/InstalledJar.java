package dev.holdfast.testkit.machine;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The program as it is installed: {@code holdfast.jar} beside {@code lib}. Where the tests run on
 * it, so do the processes that they start; those start sooner with {@code holdfast.jsa} beside it,
 * the classes as they are in memory.
 */
public record InstalledJar(Path path) {
  /** Returns the one on the class path of this JVM; none: the tests run on folders of classes. */
  public static Optional<InstalledJar> ofClassPath() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(Path::of)
        .filter(path -> path.endsWith("holdfast.jar"))
        .filter(path -> Files.isDirectory(path.resolveSibling("lib")))
        .map(path -> new InstalledJar(path.toAbsolutePath()))
        .findFirst();
  }

  public Path archive() {
    return path.resolveSibling("holdfast.jsa");
  }

  /** Returns options of a JVM, for the archive. One that does not fit is passed over in silence. */
  public List<String> options() {
    return Files.isRegularFile(archive())
        ? List.of("-XX:SharedArchiveFile=" + archive(), "-Xlog:cds*=off")
        : List.of();
  }
}
