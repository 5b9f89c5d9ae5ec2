package dev.holdfast.testkit;

import dev.holdfast.embedded.EmbeddedRedisConfig.Fsync;
import dev.holdfast.testkit.machine.Folders;
import dev.holdfast.testkit.redis.ClockedServer;
import dev.holdfast.testkit.redis.ContainerServer;
import dev.holdfast.testkit.redis.EmbeddedServer;
import dev.holdfast.testkit.redis.RedisCommand;
import dev.holdfast.testkit.redis.RedisServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.opentest4j.TestAbortedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A real Redis for tests. The system property {@code holdfast.test.redis} says from where: {@code
 * embedded} (the default), {@code container} (needs a Docker Engine), or {@code auto}: a container
 * where an engine answers.
 *
 * <p>{@link #shared} is one server for the whole test JVM: a test keeps apart from others by a
 * random tenant, and nothing is ever flushed. Faults are for an {@link #own} one. Every method
 * blocks; any thread.
 */
public final class TestRedis implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TestRedis.class);

  private final RedisServer server;
  private final boolean shared;

  private TestRedis(RedisServer server, boolean shared) {
    this.server = server;
    this.shared = shared;
    LOG.info("Redis for tests: {}{}", server.description(), shared ? "" : ", for one test");
  }

  /** The server that this JVM's tests share; it ends with the JVM. */
  public static TestRedis shared() {
    return Shared.REDIS;
  }

  /** A server of its own, {@code appendfsync always}; to be closed. */
  public static TestRedis own() {
    return own(Fsync.ALWAYS);
  }

  public static TestRedis own(Fsync fsync) {
    return new TestRedis(server(fsync), false);
  }

  /** An own one whose clock {@link #shiftClock} sets; if that can't be, the test is skipped. */
  public static TestRedis clockedOrSkip() {
    return new TestRedis(ClockedServer.startOrSkip(), false);
  }

  /** Sets its clock to this machine's plus this duration; for {@link #clockedOrSkip} alone. */
  public void shiftClock(Duration by) {
    ((ClockedServer) server).shift(by);
  }

  /**
   * Sends one command on a connection of its own.
   *
   * @return the answer as text, elements of an array line by line; none for nil
   */
  public @Nullable String call(String... words) {
    return RedisCommand.call(uri(), words);
  }

  /** Sends a command as {@link #call} does, one that never answers nil. */
  public String text(String... words) {
    return Objects.requireNonNull(call(words));
  }

  /** {@code redis://host:port}; the same over {@link #kill} and {@link #start}. */
  public String uri() {
    return server.uri();
  }

  /** Returns whether the process of an embedded one runs; a paused one does. */
  public boolean isRunning() {
    return embedded().isRunning();
  }

  /** Returns the program of an embedded one; a container's is out of reach, the test is skipped. */
  public Path binary() {
    return embedded().binary();
  }

  /** SIGKILL; gone when this returns. */
  public void kill() {
    own("kill").kill();
  }

  /**
   * Starts it after {@link #kill}, at the same address and with its data; returns when it answers.
   */
  public void start() {
    own("start").start();
  }

  public void restart() {
    kill();
    start();
  }

  /** SIGSTOP: connections stay, nothing is answered. */
  public void pause() {
    own("pause").pause();
  }

  /** SIGCONT. */
  public void resume() {
    own("resume").resume();
  }

  /**
   * A copy of the data as they are on disk now; the server goes on. Where the server is not
   * embedded, its files are out of reach and the test is skipped.
   */
  public Path copyData() {
    Path copy = Folders.temporary("holdfast-redis-copy");
    Folders.copy(embedded().dataDir(), copy);
    return copy;
  }

  /**
   * SIGKILL, its data replaced by an older copy, and started again: as a fail-over to a replica
   * that was behind.
   */
  public void restoreFrom(Path copy) {
    EmbeddedServer embedded = embedded();
    kill();
    Folders.copy(copy, embedded.dataDir());
    start();
  }

  /** SIGKILL, and started again with nothing. */
  public void startEmpty() {
    EmbeddedServer embedded = embedded();
    kill();
    embedded.empty();
    start();
  }

  /** Does nothing to the shared one. */
  @Override
  public void close() {
    if (!shared) {
      server.close();
    }
  }

  private RedisServer own(String fault) {
    if (shared) {
      throw new IllegalStateException(fault + ": this Redis is shared; take TestRedis.own()");
    }
    return server;
  }

  private EmbeddedServer embedded() {
    if (own("data") instanceof EmbeddedServer embedded) {
      return embedded;
    }
    throw new TestAbortedException("the data of a container are out of reach");
  }

  private static RedisServer server(Fsync fsync) {
    String wanted = System.getProperty("holdfast.test.redis", "embedded").toLowerCase(Locale.ROOT);
    return switch (wanted) {
      case "embedded" -> new EmbeddedServer(fsync);
      case "container" -> new ContainerServer(fsync);
      case "auto" ->
          ContainerServer.available() ? new ContainerServer(fsync) : new EmbeddedServer(fsync);
      default ->
          throw new IllegalArgumentException(
              "holdfast.test.redis: embedded, container or auto, not " + wanted);
    };
  }

  /** Started at the first use. */
  private static final class Shared {
    static final TestRedis REDIS = new TestRedis(server(Fsync.EVERYSEC), true);

    static {
      Runtime.getRuntime().addShutdownHook(new Thread(REDIS.server::close, "test-redis-close"));
    }
  }
}
