package dev.holdfast.redis;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A real Redis server process on loopback, whose data stay in a folder: for development,
 * demonstration and tests.
 *
 * <p>The server is the {@code redis-server} (6.2 or newer) or {@code valkey-server} on the PATH, or
 * else the one that comes along. It has an append-only file, no snapshots and no eviction. It ends
 * with this JVM, also when that is killed.
 *
 * <p>Starting and stopping block: not for event loops. Any thread otherwise.
 */
public final class EmbeddedRedis implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedRedis.class);
  private static final int PORT_ATTEMPTS = 3;
  private static final Duration SILENCE = Duration.ofSeconds(30);
  private static final Duration GRACE = Duration.ofSeconds(10);
  private static final int LOG_TAIL = 600;

  private final Process process;
  private final int port;
  private final Path binary;
  private final RedisVersion version;
  private final DataFolder folder;

  private EmbeddedRedis(
      Process process, int port, Path binary, RedisVersion version, DataFolder folder) {
    this.process = process;
    this.port = port;
    this.binary = binary;
    this.version = version;
    this.folder = folder;
  }

  /**
   * Starts a server, and returns when it has loaded its data.
   *
   * @throws EmbeddedRedisException where the folder is in use, or no server starts; it says what to
   *     install
   */
  public static EmbeddedRedis start(EmbeddedRedisConfig config) {
    return start(config, RedisBinary.known(config.dataDir().resolve("bin")));
  }

  static EmbeddedRedis start(EmbeddedRedisConfig config, List<RedisBinary> candidates) {
    DataFolder folder = DataFolder.claim(config.dataDir());
    List<String> problems = new ArrayList<>();
    for (RedisBinary candidate : candidates) {
      try {
        return startOne(config, candidate.locate().call(), folder);
      } catch (Exception e) { // locate() may fail with anything; each reason is told below
        problems.add(candidate.origin() + ": " + reason(e));
      }
    }
    folder.release();
    throw new EmbeddedRedisException(
        "No Redis server could be started. Install redis-server 6.2 or newer, or valkey-server, so that it is on the PATH;"
            + " or use a Redis that runs elsewhere. Tried:\n  - "
            + String.join("\n  - ", problems));
  }

  public int port() {
    return port;
  }

  public String uri() {
    return "redis://127.0.0.1:" + port;
  }

  /** For example {@code 7.2.4}. */
  public String version() {
    return version.toString();
  }

  public Path binary() {
    return binary;
  }

  public Path dataDir() {
    return folder.path();
  }

  public long pid() {
    return process.pid();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /**
   * Ends the server with SIGKILL, as a crash would, and waits until it is gone. The folder may be
   * started again.
   */
  public void kill() {
    process.destroyForcibly();
    end();
  }

  /**
   * Ends the server with SIGTERM; with SIGKILL where it takes longer than ten seconds. The folder
   * may be started again.
   */
  public void stop() {
    process.destroy();
    end();
  }

  @Override
  public void close() {
    stop();
  }

  private static EmbeddedRedis startOne(EmbeddedRedisConfig config, Path binary, DataFolder folder)
      throws IOException, InterruptedException {
    RedisVersion version = RedisBinary.version(binary);
    if (!version.isSupported()) {
      throw new IOException(
          "version " + version + " is too old, " + RedisVersion.OLDEST + " is needed");
    }
    folder.checkReadableBy(version);
    for (int attempt = 1; ; attempt++) {
      int port = config.port() == 0 ? ServerProbe.freePort() : config.port();
      try {
        Process process = launch(config, binary, port, folder);
        LOG.info(
            "Embedded Redis {} ({}) at port {}, data in {}", version, binary, port, folder.path());
        return new EmbeddedRedis(process, port, binary, version, folder);
      } catch (IOException e) {
        // A free port may be taken by somebody else before the server binds it.
        if (config.port() != 0 || attempt == PORT_ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  private static Process launch(
      EmbeddedRedisConfig config, Path binary, int port, DataFolder folder)
      throws IOException, InterruptedException {
    long logged = Files.exists(folder.log()) ? Files.size(folder.log()) : 0;
    Process process =
        new ProcessBuilder(OrphanGuard.ownSession(command(config, binary, port, folder)))
            .directory(folder.path().toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.log().toFile()))
            .start();
    boolean ready = false;
    try {
      guard(process);
      awaitReady(process, port, folder, logged);
      ready = true;
    } finally {
      if (!ready) {
        process.destroyForcibly().waitFor();
      }
    }
    return process;
  }

  private static List<String> command(
      EmbeddedRedisConfig config, Path binary, int port, DataFolder folder) {
    List<String> command = new ArrayList<>(List.of(binary.toString()));
    command.addAll(
        List.of(
            "--bind", "127.0.0.1", "--port", Integer.toString(port), "--protected-mode", "yes"));
    command.addAll(
        List.of("--dir", folder.path().toString(), "--pidfile", folder.pidFile().toString()));
    command.addAll(
        List.of("--appendonly", "yes", "--appendfsync", config.fsync().setting(), "--save", ""));
    command.addAll(List.of("--maxmemory-policy", "noeviction", "--daemonize", "no"));
    return command;
  }

  /** Without a shell a shutdown hook has to do, which a killed JVM does not run. */
  private static void guard(Process process) {
    try {
      OrphanGuard.of(process);
    } catch (IOException noShell) {
      LOG.warn("No shell to guard the embedded Redis: it would outlive a kill of this process");
      Runtime.getRuntime().addShutdownHook(new Thread(process::destroy, "embedded-redis-stop"));
    }
  }

  private static void awaitReady(Process process, int port, DataFolder folder, long logged)
      throws IOException, InterruptedException {
    long heard = System.nanoTime();
    ServerProbe.State state = ServerProbe.look(port, process.pid());
    while (state != ServerProbe.State.READY) {
      if (process.waitFor(20, TimeUnit.MILLISECONDS)) {
        throw new IOException(
            "ended with status " + process.exitValue() + ": " + tail(folder.log(), logged));
      }
      state = ServerProbe.look(port, process.pid());
      heard = state == ServerProbe.State.SILENT ? heard : System.nanoTime();
      if (System.nanoTime() - heard > SILENCE.toNanos()) {
        throw new IOException(
            "no answer for " + SILENCE.toSeconds() + " s: " + tail(folder.log(), logged));
      }
    }
  }

  /** The last of what was logged since the log had {@code from} bytes. */
  private static String tail(Path log, long from) throws IOException {
    byte[] all = Files.readAllBytes(log);
    int start = (int) Math.max(from, all.length - LOG_TAIL);
    return new String(all, start, all.length - start, StandardCharsets.UTF_8).strip();
  }

  private static String reason(Exception failure) {
    if (failure instanceof InterruptedException) {
      Thread.currentThread().interrupt();
    }
    return failure.getMessage() == null ? failure.toString() : failure.getMessage();
  }

  private void end() {
    try {
      if (!process.waitFor(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    folder.release();
  }
}
