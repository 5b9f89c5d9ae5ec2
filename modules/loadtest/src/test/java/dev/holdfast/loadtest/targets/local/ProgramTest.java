package dev.holdfast.loadtest.targets.local;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProgramTest {
  private static final List<String> SMALL = List.of("-Xmx256m");

  @TempDir Path folder;

  @Test
  void aJarIsStartedWithTheArchiveThatLiesBesideIt() throws IOException {
    Path jar = Files.createFile(folder.resolve("holdfast.jar"));
    List<String> without = Program.jar(jar).command(SMALL, List.of("serve"));
    Path archive = Files.createFile(folder.resolve("holdfast.jsa"));
    List<String> with = Program.jar(jar).command(SMALL, List.of("serve"));

    List<String> rest = List.of("-Xmx256m", "-jar", jar.toString(), "serve");
    assertEquals(rest, without.subList(1, without.size()));
    assertEquals("-XX:SharedArchiveFile=" + archive, with.get(1));
    assertEquals(rest, with.subList(with.size() - rest.size(), with.size()));
  }
}
