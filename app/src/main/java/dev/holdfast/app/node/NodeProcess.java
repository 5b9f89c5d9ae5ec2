package dev.holdfast.app.node;

import dev.holdfast.app.config.HoldfastConfig;
import dev.holdfast.app.start.JoinTurn;
import dev.holdfast.app.start.Keys;
import dev.holdfast.app.start.NodeAddress;
import dev.holdfast.app.start.NodeRedis;
import dev.holdfast.app.start.StartChecks;
import dev.holdfast.app.start.StartException;
import dev.holdfast.app.start.Waiting;
import dev.holdfast.auth.config.AuthConfig;
import dev.holdfast.cluster.HostPort;
import dev.holdfast.redis.RedisConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A process that is a node, with its embedded Redis, if it has one. Methods block; they are for the
 * main thread. Ends in order on SIGTERM and Ctrl-C.
 */
public final class NodeProcess implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(NodeProcess.class);
  private static final Duration START = Duration.ofSeconds(90);
  private static final Duration TURN = Duration.ofSeconds(30);
  private static final Duration STOP = Duration.ofSeconds(20);

  private final NodeRedis redis;
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile @Nullable String failure;

  @SuppressWarnings("NullAway.Init")
  private Node node;

  private boolean served;
  private boolean closed;

  private NodeProcess(HoldfastConfig config) {
    this.redis = NodeRedis.of(config, this::fail);
  }

  /**
   * Returns when the node takes connections.
   *
   * @throws StartException says what is missing
   * @throws dev.holdfast.app.config.ConfigException if a generated key or secret can't be used
   */
  public static NodeProcess start(HoldfastConfig given) {
    StartChecks.memory();
    StartChecks.ports(given);
    HoldfastConfig config = Keys.guarded(given);
    AuthConfig trusted = Keys.trusted(config);
    var process = new NodeProcess(config);
    try {
      check(process.redis.config());
      process.node = join(config, process.redis, trusted);
      Waiting.until(process.node.start(), START, process.node::waitsFor);
      process.served = true;
    } catch (StartException e) {
      process.close();
      throw e;
    }
    Runtime.getRuntime().addShutdownHook(new Thread(process::close, "holdfast-stop"));
    return process;
  }

  /** Returns the address for clients; never the one that stands for all of a machine's. */
  public HostPort address() {
    return node.address();
  }

  /** Returns the address for operators. */
  public HostPort management() {
    return node.management();
  }

  public String id() {
    return node.id();
  }

  /** Returns the description of the Redis in use, without its password. */
  public String redis() {
    return redis.description();
  }

  /**
   * Returns when the process is to end.
   *
   * @throws EndException if it ends because it can't go on
   */
  public void awaitEnd() {
    try {
      ended.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    String reason = failure;
    if (reason != null) {
      throw new EndException(reason);
    }
  }

  /** Makes the process end with its standard input. */
  public void endWithStandardInput() {
    var reader = new Thread(this::drainStandardInput, "holdfast-stdin");
    reader.setDaemon(true);
    reader.start();
  }

  /** Stops the node, then its Redis. The second time it waits for the first. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    ended.countDown();
    if (node != null) {
      stopNode();
    }
    redis.close();
  }

  private void stopNode() {
    long begun = System.nanoTime();
    String farewell = node.farewell();
    if (served) {
      LOG.info("Ending: {}", farewell);
    }
    attempt(node::stop, node::waitsFor);
    attempt(node::leave, () -> "the other members of the bus to take note");
    if (served) {
      LOG.info("{}, after {} ms", node.farewell(), (System.nanoTime() - begun) / 1_000_000);
    }
  }

  private void fail(String reason) {
    failure = reason;
    ended.countDown();
  }

  private static void attempt(Supplier<Future<Void>> step, Supplier<String> what) {
    try {
      Waiting.until(step.get(), STOP, what);
    } catch (StartException e) {
      LOG.warn("The node did not stop in order: {}", e.getMessage());
    }
  }

  private void drainStandardInput() {
    try {
      while (System.in.read() >= 0) {
        // What comes is of no meaning, only that it ends.
      }
    } catch (IOException e) {
      LOG.debug("Standard input failed", e);
    }
    LOG.info("Standard input has ended, and so does this process");
    ended.countDown();
  }

  private static Node join(HoldfastConfig config, NodeRedis redis, AuthConfig trusted) {
    List<HostPort> members = config.cluster().members();
    if (members.isEmpty()) {
      return Waiting.until(Node.join(config, redis, trusted), START, () -> "the bus");
    }
    String self = NodeAddress.of(config).toString();
    try (var turn = JoinTurn.take(redis.config(), self, TURN)) {
      LOG.debug("Joins the bus, as the first: {}", turn.first());
      String what = "the members of the bus among " + members;
      return Waiting.until(Node.join(config, redis, trusted), START, () -> what);
    }
  }

  private static void check(RedisConfig redis) {
    Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    var state = new AtomicReference<>(redis.description());
    try {
      Future<Void> checked = StartChecks.redis(vertx, redis, state::set);
      Waiting.until(checked, START, () -> "Redis: " + state.get());
    } finally {
      Waiting.until(vertx.close(), STOP, () -> "the connection to Redis to close");
    }
  }
}
