package dev.holdfast.embedded;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The folder of an embedded server, held by one process at a time: two servers on one append-only
 * file would ruin it.
 *
 * <p>A file lock keeps other JVMs out. It ends with its JVM, the server only a moment later; so the
 * server's own process id is looked at too.
 */
final class DataFolder {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Path path;
  private final FileChannel lock;

  private DataFolder(Path path, FileChannel lock) {
    this.path = path;
    this.lock = lock;
  }

  /**
   * Makes the folder where it is missing, and takes it; waits some seconds for a server whose JVM
   * is gone to end.
   */
  static DataFolder claim(Path path) {
    try {
      create(path);
      var folder = new DataFolder(path, lock(path));
      folder.awaitOrphan();
      return folder;
    } catch (IOException e) {
      throw new EmbeddedRedisException("The data folder " + path + " can't be used: " + e);
    }
  }

  Path log() {
    return path.resolve("redis.log");
  }

  Path pidFile() {
    return path.resolve("redis.pid");
  }

  Path settings() {
    return path.resolve("redis.conf");
  }

  /** Returns the file with the password, for people who look into it with {@code redis-cli}. */
  Path password() {
    return path.resolve("redis.password");
  }

  Path path() {
    return path;
  }

  /** Redis 7 keeps its data in a way that older ones don't see: they would start empty. */
  void checkReadableBy(RedisVersion version) throws IOException {
    if (version.major() < 7 && Files.isDirectory(path.resolve("appendonlydir"))) {
      throw new IOException(
          "version "
              + version
              + " can't read "
              + path
              + ", which was written by version 7 or newer");
    }
  }

  void release() {
    try {
      lock.close();
    } catch (IOException e) {
      throw new EmbeddedRedisException("The lock of " + path + " can't be released: " + e);
    }
  }

  private static void create(Path path) throws IOException {
    if (Files.isDirectory(path)) {
      return;
    }
    if (FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
      var ownerOnly =
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
      Files.createDirectories(path, ownerOnly);
    } else {
      Files.createDirectories(path);
    }
  }

  private static FileChannel lock(Path path) throws IOException {
    var channel =
        FileChannel.open(
            path.resolve("redis.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      if (channel.tryLock() != null) {
        return channel;
      }
    } catch (OverlappingFileLockException heldByThisJvm) {
      // As if another process held it.
    }
    channel.close();
    throw inUse(path, "");
  }

  private static EmbeddedRedisException inUse(Path path, String by) {
    return new EmbeddedRedisException(
        "The data folder "
            + path
            + " is in use by another embedded Redis"
            + by
            + "; end that one, or choose another folder.");
  }

  private void awaitOrphan() throws IOException {
    ProcessHandle orphan = server();
    if (orphan == null) {
      return;
    }
    CompletableFuture<ProcessHandle> end =
        orphan.onExit().orTimeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    if (end.handle((ended, late) -> late != null).join()) {
      release();
      throw inUse(path, " (process " + orphan.pid() + ")");
    }
  }

  /** Returns the live server that the process id file names. */
  private @Nullable ProcessHandle server() throws IOException {
    if (!Files.exists(pidFile())) {
      return null;
    }
    String pid = Files.readString(pidFile()).strip();
    if (!pid.matches("\\d{1,10}")) {
      return null;
    }
    return ProcessHandle.of(Long.parseLong(pid)).filter(this::isServerHere).orElse(null);
  }

  /** Process ids come again, and folders are copied: what counts is where the process works. */
  private boolean isServerHere(ProcessHandle process) {
    Path workingDirectory = Path.of("/proc", Long.toString(process.pid()), "cwd");
    try {
      if (Files.isDirectory(Path.of("/proc/self"))) {
        return process.isAlive() && workingDirectory.toRealPath().equals(path.toRealPath());
      }
    } catch (IOException endedMeanwhile) {
      return false;
    }
    String command = process.info().command().orElse("");
    return process.isAlive() && (command.contains("redis") || command.contains("valkey"));
  }
}
