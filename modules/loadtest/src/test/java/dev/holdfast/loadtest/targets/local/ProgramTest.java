package dev.holdfast.loadtest.targets.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Objects;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
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

  /** It printed a warning on its standard output, which was taken for the address of a worker. */
  @Test
  void anArchiveOfAnOlderJarIsPassedOverInSilence() throws Exception {
    Path jar = folder.resolve("holdfast.jar");
    jar(jar, Silent.class);
    Path archive = folder.resolve("holdfast.jsa");
    String java = Program.jar(jar).command(SMALL, List.of()).get(0);
    printed(List.of(java, "-XX:ArchiveClassesAtExit=" + archive, "-jar", jar.toString()));
    assumeTrue(Files.exists(archive), "this JVM can't archive classes");

    Files.setLastModifiedTime(jar, FileTime.fromMillis(0));
    assertEquals("", printed(Program.jar(jar).command(SMALL, List.of())));
  }

  private static String printed(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectError(Redirect.DISCARD).start();
    String all = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor());
    return all;
  }

  private static void jar(Path jar, Class<?> main) throws IOException {
    var manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, main.getName());
    String file = main.getName().replace('.', '/') + ".class";
    try (var out = new JarOutputStream(Files.newOutputStream(jar), manifest);
        var in = Objects.requireNonNull(main.getClassLoader().getResourceAsStream(file))) {
      out.putNextEntry(new ZipEntry(file));
      in.transferTo(out);
    }
  }

  static final class Silent {
    private Silent() {}

    public static void main(String[] none) {
      // Whatever is printed is the JVM's.
    }
  }
}
