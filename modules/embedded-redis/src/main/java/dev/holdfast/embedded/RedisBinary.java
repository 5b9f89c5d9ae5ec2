package dev.holdfast.embedded;

import java.io.File;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import redis.embedded.core.ExecutableProvider;

/**
 * A server binary that may be there.
 *
 * @param origin for messages
 * @param locate answers its path, or fails with the reason why it can't be had
 */
record RedisBinary(String origin, Callable<Path> locate) {

  /**
   * Returns the binaries in the order of preference: those that the machine's owner installed and
   * keeps up to date, the newest first, then the one that is bundled.
   */
  static List<RedisBinary> known(Path extractTo) {
    return known(path(), extractTo);
  }

  /**
   * @param path folders as in {@code PATH}
   */
  static List<RedisBinary> known(String path, Path extractTo) {
    List<RedisBinary> known = new ArrayList<>();
    known.add(new RedisBinary("redis-server on the PATH", () -> find("redis-server", path)));
    known.add(new RedisBinary("valkey-server on the PATH", () -> find("valkey-server", path)));
    known.sort(Comparator.comparing(RedisBinary::merit).reversed());
    known.add(new RedisBinary("the server that comes along", () -> carried(extractTo)));
    return known;
  }

  /** First those without known holes, then the newer ones; what does not run comes last. */
  private long merit() {
    try {
      String said = said(locate.call());
      RedisVersion version = RedisVersion.of(said);
      long number = (version.major() * 1_000L + version.minor()) * 1_000L + version.patch();
      return KnownHoles.in(said).isEmpty() ? number + (1L << 40) : number;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return -1;
    } catch (Exception e) { // locate() may fail with anything; the reason is reported at the start
      return -1;
    }
  }

  /** The executable of that name in the folders of PATH. */
  static Path onPath(String name) throws FileNotFoundException {
    return find(name, path());
  }

  private static String path() {
    return Objects.requireNonNullElse(System.getenv("PATH"), "");
  }

  private static Path find(String name, String folders) throws FileNotFoundException {
    for (String folder : folders.split(File.pathSeparator)) {
      Path file = Path.of(folder.isEmpty() ? "." : folder).resolve(name).toAbsolutePath();
      if (Files.isRegularFile(file) && Files.isExecutable(file)) {
        return file;
      }
    }
    throw new FileNotFoundException("not there");
  }

  /**
   * Extracted into the data folder and not into a shared temporary one, where others could put
   * theirs.
   */
  private static Path carried(Path folder) throws IOException {
    Files.createDirectories(folder);
    return ExecutableProvider.newJarResourceProvider(folder.toFile()).get().toPath();
  }

  /**
   * Returns the output of {@code --version}: "Redis server v=6.2.11 sha=..." or "Valkey server
   * v=8.0.1 ...".
   */
  static String said(Path binary) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(binary.toString(), "--version").redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    if (!process.waitFor(10, TimeUnit.SECONDS) || process.exitValue() != 0) {
      process.destroyForcibly();
      throw new IOException("does not run: " + said);
    }
    return said;
  }
}
