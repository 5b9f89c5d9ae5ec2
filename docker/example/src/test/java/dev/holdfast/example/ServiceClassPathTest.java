package dev.holdfast.example;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A service carried 42 jars and 39 MB once, of which it used half. */
class ServiceClassPathTest {
  private static final int MOST_JARS = 25;
  private static final long MOST_BYTES = 27_000_000;

  private final List<Path> jars = ServiceClassPath.ofEachService();

  @Test
  void aServiceNeedsFewJars() {
    assertTrue(jars.size() <= MOST_JARS, () -> jars.size() + " jars: " + jars);
  }

  @Test
  void aServiceNeedsFewBytes() throws IOException {
    long bytes = 0;
    for (Path jar : jars) {
      bytes += Files.size(jar);
    }
    assertTrue(bytes <= MOST_BYTES, bytes + " bytes: " + jars);
  }
}
