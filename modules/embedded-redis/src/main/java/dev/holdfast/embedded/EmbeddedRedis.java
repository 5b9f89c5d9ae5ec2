package dev.holdfast.embedded;

import dev.holdfast.core.process.SecretFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A real Redis server process on loopback, whose data stay in a folder: for development,
 * demonstration and tests.
 *
 * <p>The server is the {@code redis-server} (6.2 or newer) or {@code valkey-server} on the PATH, or
 * else the one that comes along. It has an append-only file, no snapshots and no eviction. It ends
 * with this JVM, also when that is killed. {@link RedisWatch} starts it again where it ends before.
 *
 * <p>Other users of the machine reach its port, but not its data: each start generates a password,
 * which stands in files of its owner alone, and commands that change settings are switched off.
 *
 * <p>Starting and stopping block: not for event loops. Any thread otherwise.
 */
public final class EmbeddedRedis implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedRedis.class);
  private static final int PORT_ATTEMPTS = 3;

  /** The configuration, with the port in use. */
  private final EmbeddedRedisConfig config;

  private final @Nullable String password;
  private final Path binary;
  private final RedisVersion version;
  private final DataFolder folder;

  @SuppressWarnings("NullAway.Init") // launched before this is given out
  private volatile ServerProcess server;

  private EmbeddedRedis(
      EmbeddedRedisConfig config,
      @Nullable String password,
      Path binary,
      RedisVersion version,
      DataFolder folder) {
    this.config = config;
    this.password = password;
    this.binary = binary;
    this.version = version;
    this.folder = folder;
  }

  /**
   * Starts a server, and returns when it has loaded its data.
   *
   * @throws EmbeddedRedisException if the folder is in use, or no server starts; it says what to
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
      } catch (Exception e) { // locate() may fail with anything; each reason is reported below
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
    return config.port();
  }

  /** Returns the URI with the password: for clients, not for logs and command lines. */
  public String uri() {
    return password == null ? address() : "redis://:" + password + "@127.0.0.1:" + port();
  }

  /** Returns the same without the password. */
  public String address() {
    return "redis://127.0.0.1:" + port();
  }

  /** Returns the version, for example {@code 7.2.4}. */
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
    return server.pid();
  }

  public boolean isAlive() {
    return server.isAlive();
  }

  /**
   * Ends the server with SIGKILL, as a crash would, and waits until it is gone. The folder may be
   * started again.
   */
  public void kill() {
    server.kill();
    folder.release();
  }

  /**
   * Ends the server with SIGTERM; with SIGKILL where it takes longer than ten seconds. The folder
   * may be started again.
   */
  public void stop() {
    server.stop();
    folder.release();
  }

  @Override
  public void close() {
    stop();
  }

  ServerProcess server() {
    return server;
  }

  ServerProbe probe() {
    return new ServerProbe(port(), password);
  }

  /** A run on the port and data; after the end of the one before, if there was one. */
  void restart() throws IOException, InterruptedException {
    server = ServerProcess.launch(binary, probe(), folder);
  }

  private static EmbeddedRedis startOne(EmbeddedRedisConfig config, Path binary, DataFolder folder)
      throws IOException, InterruptedException {
    String said = RedisBinary.said(binary);
    RedisVersion version = RedisVersion.of(said);
    if (!version.isSupported()) {
      throw new IOException(
          "version " + version + " is too old, " + RedisVersion.OLDEST + " is needed");
    }
    folder.checkReadableBy(version);
    String password = config.open() ? null : SecretFile.fresh();
    for (int attempt = 1; ; attempt++) {
      int port = config.port() == 0 ? ServerProbe.freePort() : config.port();
      var redis = new EmbeddedRedis(config.withPort(port), password, binary, version, folder);
      try {
        ServerFile.write(redis.config, password, version, folder);
        redis.restart();
        LOG.info("Embedded Redis {} at port {}, data in {}", said(redis), port, folder.path());
        warnOf(KnownHoles.in(said), redis);
        return redis;
      } catch (IOException e) {
        // A free port may be taken by somebody else before the server binds it.
        if (config.port() != 0 || attempt == PORT_ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  private static String said(EmbeddedRedis redis) {
    return redis.version + " (" + redis.binary + ")";
  }

  private static void warnOf(List<String> holes, EmbeddedRedis redis) {
    if (!holes.isEmpty()) {
      LOG.warn(
          "Embedded Redis {} has known holes by its version ({}): put a newer redis-server or"
              + " valkey-server on the PATH (a distribution may have mended this one)",
          said(redis),
          String.join(", ", holes));
    }
  }

  private static String reason(Exception failure) {
    if (failure instanceof InterruptedException) {
      Thread.currentThread().interrupt();
    }
    String message = failure.getMessage();
    return message == null ? failure.toString() : message;
  }
}
