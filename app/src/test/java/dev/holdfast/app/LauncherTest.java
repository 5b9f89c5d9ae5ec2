package dev.holdfast.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.DataInputStream;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class LauncherTest {
  private static final int JAVA_8 = 52;

  @Test
  void withAnOlderJavaItPrintsWhatIsNeeded() {
    assertEquals(
        "holdfast: Java 17 or newer is needed, and this is Java 1.8.0_402 in /usr/lib/jvm/java-8:"
            + " install a newer one, or put it first on the PATH",
        Launcher.refusal("1.8", "1.8.0_402", "/usr/lib/jvm/java-8"));
    assertEquals(
        "holdfast: Java 17 or newer is needed, and this is Java 16.0.2 in /java:"
            + " install a newer one, or put it first on the PATH",
        Launcher.refusal("16", "16.0.2", "/java"));
  }

  @Test
  void aNewEnoughOneIsNot() {
    assertNull(Launcher.refusal("17", "17.0.1", "/java"));
    assertNull(Launcher.refusal("25", "25", "/java"));
  }

  /** The jar alone, copied without lib/, died with a NoClassDefFoundError of picocli's. */
  @Test
  void aJarWithoutItsLibrariesSaysWhatIsMissing(@TempDir Path folder) throws Exception {
    Path jar = jar(folder, "lib/picocli-4.7.7.jar lib/vertx-core.jar");

    Process alone = run(jar);
    String error = new String(alone.getErrorStream().readAllBytes(), UTF_8);

    assertEquals(4, alone.waitFor());
    String line =
        "holdfast: 2 of 2 libraries are missing beside "
            + jar
            + ", the first is lib/picocli-4.7.7.jar: copy the jar together with its folder lib/";
    assertTrue(error.contains(line), error);
    assertFalse(error.contains("NoClassDefFoundError"), error);
  }

  /** The image leaves out libraries that it does not need: only what is used has to be there. */
  @Test
  void aLibraryThatNothingUsesMayBeMissing(@TempDir Path folder) throws Exception {
    Path jar = jar(folder, "lib/missing.jar " + classPath());

    Process process = run(jar, "--version");
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);

    assertTrue(output.startsWith("Holdfast "), output);
    assertEquals(0, process.waitFor());
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void theStartScriptFindsTheJarThroughALink(@TempDir Path folder) throws Exception {
    jar(folder, classPath());
    Path bin = Files.createDirectory(folder.resolve("bin"));
    Path script = Path.of("src", "main", "distribution", "bin", "holdfast");
    Path copy = Files.copy(script, bin.resolve("holdfast"));
    Path elsewhere = Files.createDirectory(folder.resolve("else where"));
    Path link = Files.createSymbolicLink(elsewhere.resolve("holdfast"), copy);

    var command = new ProcessBuilder("sh", link.toString(), "--version");
    command.environment().put("JAVA_HOME", System.getProperty("java.home"));
    Process process = command.start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);

    assertTrue(output.startsWith("Holdfast "), output);
    assertEquals(0, process.waitFor());
  }

  /** The classes of this module as the jar that is shipped. */
  private static Path jar(Path folder, String libraries) throws Exception {
    var manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, Launcher.class.getName());
    manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, libraries);
    Path classes =
        Path.of(Launcher.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    Path jar = folder.resolve("holdfast.jar");
    try (var out = new JarOutputStream(Files.newOutputStream(jar), manifest);
        var files = Files.walk(classes)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        out.putNextEntry(new ZipEntry(classes.relativize(file).toString().replace('\\', '/')));
        Files.copy(file, out);
      }
    }
    return jar;
  }

  /** As a manifest has it: addresses, blanks between. */
  private static String classPath() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(entry -> Path.of(entry).toUri().toString())
        .collect(Collectors.joining(" "));
  }

  private static Process run(Path jar, String... args) throws IOException {
    String java = ProcessHandle.current().info().command().orElse("java");
    var command = new ArrayList<>(List.of(java, "-XX:TieredStopAtLevel=1", "-jar", jar.toString()));
    command.addAll(List.of(args));
    return new ProcessBuilder(command).start();
  }

  /** Java 8 to 16 answered with a stack trace of an UnsupportedClassVersionError. */
  @Test
  void anOlderJavaCanLoadTheClassThatSaysSo() throws IOException {
    try (var file = new DataInputStream(Launcher.class.getResourceAsStream("Launcher.class"))) {
      file.readInt();
      file.readUnsignedShort();
      assertEquals(JAVA_8, file.readUnsignedShort());
    }
  }
}
