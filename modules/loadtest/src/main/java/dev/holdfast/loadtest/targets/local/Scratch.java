package dev.holdfast.loadtest.targets.local;

import dev.holdfast.loadtest.targets.TargetException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A folder for as long as a run takes; logs of processes stay in it if a run broke off. */
public final class Scratch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Scratch.class);

  private final Path folder;
  private boolean keep;

  /**
   * @param prefix of its name
   */
  public Scratch(String prefix) {
    try {
      folder = Files.createTempDirectory(prefix);
    } catch (IOException e) {
      throw new TargetException("no temporary folder: " + e.getMessage());
    }
  }

  public Path folder() {
    return folder;
  }

  /** Leaves the logs, for a failure to be looked into. */
  public synchronized void keepLogs() {
    keep = true;
  }

  @Override
  public synchronized void close() {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        if (!keep || !isKept(file)) {
          Files.deleteIfExists(file);
        }
      }
    } catch (IOException e) {
      LOG.warn("{} could not be removed: {}", folder, e.toString());
    }
  }

  private boolean isKept(Path file) throws IOException {
    boolean log = file.toString().endsWith(".log");
    return log || Files.isDirectory(file) && !isEmpty(file);
  }

  private static boolean isEmpty(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return List.of().equals(files.toList());
    }
  }
}
