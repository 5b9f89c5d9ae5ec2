package dev.holdfast.redis;

import java.io.File;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
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
   * In the order of preference: what the machine's owner installed and keeps up to date, then the
   * one that is carried.
   */
  static List<RedisBinary> known(Path extractTo) {
    return List.of(
        new RedisBinary("redis-server on the PATH", () -> onPath("redis-server")),
        new RedisBinary("valkey-server on the PATH", () -> onPath("valkey-server")),
        new RedisBinary("the server that comes along", () -> carried(extractTo)));
  }

  /** The executable of that name in the folders of PATH. */
  static Path onPath(String name) throws FileNotFoundException {
    String folders = Objects.requireNonNullElse(System.getenv("PATH"), "");
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
   * What the binary says by {@code --version}: "Redis server v=6.2.11 sha=..." or "Valkey server
   * v=8.0.1 ...".
   */
  static RedisVersion version(Path binary) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(binary.toString(), "--version").redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    if (!process.waitFor(10, TimeUnit.SECONDS) || process.exitValue() != 0) {
      process.destroyForcibly();
      throw new IOException("does not run: " + said);
    }
    return RedisVersion.of(said);
  }
}
