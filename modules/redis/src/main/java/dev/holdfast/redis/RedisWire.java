package dev.holdfast.redis;

import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One life of a link: one connection, from its handshake until it breaks, which it does once and
 * for good.
 *
 * <p>It has a driver client of its own, because closing that is the driver's only way to end a
 * socket that does not answer. All on one event-loop thread. Answers come in the order of the
 * commands, so the oldest one alone tells whether the server is late: one periodic check serves all
 * timeouts.
 */
final class RedisWire {
  private static final Logger LOG = LoggerFactory.getLogger(RedisWire.class);
  private static final long IDLE_PING_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final ContextInternal context;
  private final Redis client;
  private final RedisConnection connection;
  private final RedisConfig config;
  private final LinkMetrics metrics;
  private final ArrayDeque<Pending> outstanding = new ArrayDeque<>();
  // Which load of a script its calls rely on; a NOSCRIPT forgets that load, not a later one.
  private final Map<Script, Integer> loads = new HashMap<>();
  private final long tickMillis;
  private long ticker;
  private int loadCount;
  private long lastWrite = System.nanoTime();
  private long lastTick = lastWrite;
  private boolean forgiven;
  private final Promise<Void> gone;
  private Consumer<String> onBroken = reason -> {};
  private ServerInfo server;
  private volatile String broken;

  private record Pending(Promise<Response> promise, long writtenAt) {}

  private RedisWire(
      ContextInternal context,
      Redis client,
      RedisConnection connection,
      RedisConfig config,
      LinkMetrics metrics) {
    this.context = context;
    this.gone = context.promise();
    this.client = client;
    this.connection = connection;
    this.config = config;
    this.metrics = metrics;
    this.tickMillis = Math.min(500, Math.max(5, config.commandTimeout().toMillis() / 4));
    this.ticker = context.setTimer(tickMillis, id -> tick());
    connection.endHandler(v -> breakDown("closed", "connection closed by the server"));
    connection.exceptionHandler(
        failure -> breakDown("closed", "connection failed: " + failure.getMessage()));
  }

  /**
   * Connects, and makes sure that the server is one to use; within the config's connect timeout.
   */
  static Future<RedisWire> dial(
      ContextInternal context, Redis client, RedisConfig config, LinkMetrics metrics) {
    return client
        .connect()
        .map(connection -> new RedisWire(context, client, connection, config, metrics))
        .compose(RedisWire::greet)
        .timeout(config.connectTimeout().toMillis(), TimeUnit.MILLISECONDS)
        .onFailure(failure -> closeQuietly(client));
  }

  private Future<RedisWire> greet() {
    return write(Request.cmd(Command.INFO)).compose(this::accept);
  }

  private Future<RedisWire> accept(Response info) {
    server = ServerInfo.parse(info.toString());
    String problem = server.problem();
    if (problem == null && !"noeviction".equals(server.evictionPolicy())) {
      LOG.warn(
          "Redis at {} may evict data in silence: maxmemory-policy is {}",
          config.redactedUri(),
          server.evictionPolicy());
    }
    return problem == null
        ? Future.succeededFuture(this)
        : Future.failedFuture(RedisErrors.unavailable(problem));
  }

  ServerInfo server() {
    return server;
  }

  /** Any thread. */
  boolean isBroken() {
    return broken != null;
  }

  /**
   * @param action gets the reason when the wire breaks, after all that was outstanding has failed;
   *     at once where it is broken
   */
  void onBroken(Consumer<String> action) {
    onBroken = action;
    if (isBroken()) {
      action.accept(broken);
    }
  }

  /**
   * Writes a command behind those before it. Fails with the driver's failure, or with a named one.
   */
  Future<Response> write(Request request) {
    if (isBroken()) {
      return refuse("down", "not connected (" + broken + ")");
    }
    if (outstanding.size() >= config.maxQueued()) {
      return refuse("overflow", "too many commands in flight (" + config.maxQueued() + ")");
    }
    var pending = new Pending(context.promise(), lastWrite = System.nanoTime());
    outstanding.add(pending);
    connection.send(request).onComplete(result -> answered(pending, result));
    return pending.promise().future();
  }

  /** Runs a script, see {@link Script} for the order that this keeps. */
  Future<Response> run(Script script, Object[] call) {
    Integer load = loaded(script);
    return write(Request.cmd(Command.EVALSHA, call))
        .recover(failure -> again(script, load, call, failure));
  }

  /**
   * The load that a call written now relies on. Noted before it is written, as a write may fail at
   * once.
   */
  private Integer loaded(Script script) {
    Integer known = loads.get(script);
    if (known != null) {
      return known;
    }
    Integer load = ++loadCount;
    loads.put(script, load);
    write(Request.cmd(Command.SCRIPT, "LOAD", script.text()))
        .onFailure(failure -> notLoaded(script, load, failure));
    return load;
  }

  private void notLoaded(Script script, Integer load, Throwable failure) {
    loads.remove(script, load);
    LOG.warn("Redis did not load script {}: {}", script, failure.getMessage());
  }

  /**
   * Called while the answer is being handled: nothing outstanding means that nothing was written
   * after the call.
   */
  private Future<Response> again(Script script, Integer load, Object[] call, Throwable failure) {
    if (!RedisErrors.NO_SCRIPT.equals(RedisErrors.word(failure))) {
      return context.failedFuture(failure);
    }
    loads.remove(script, load);
    if (!outstanding.isEmpty() || isBroken()) {
      return Future.failedFuture(
          RedisErrors.unavailable("script " + script + " was flushed, nothing done"));
    }
    loaded(script);
    return write(Request.cmd(Command.EVALSHA, call));
  }

  private Future<Response> refuse(String kind, String message) {
    metrics.failed(kind);
    return context.failedFuture(RedisErrors.unavailable(message));
  }

  private void answered(Pending pending, AsyncResult<Response> result) {
    if (isBroken()) {
      return; // failed already, with all the others
    }
    if (result.failed() && !RedisErrors.isAnswer(result.cause())) {
      unanswered(pending, result.cause());
      return;
    }
    outstanding.poll();
    metrics.answered(System.nanoTime() - pending.writtenAt());
    if (result.succeeded()) {
      pending.promise().complete(result.result());
    } else {
      answeredByError(pending, result.cause());
    }
  }

  private void answeredByError(Pending pending, Throwable error) {
    metrics.failed(RedisErrors.kind(error));
    pending.promise().fail(error);
    if (RedisErrors.isNotPrimary(error)) {
      breakDown("readonly", "the server is no primary any more, or was none for a while");
    }
  }

  /**
   * The driver refuses what is no command before it writes it; whatever else it says means that the
   * connection is gone.
   */
  private void unanswered(Pending pending, Throwable failure) {
    if (String.valueOf(failure.getMessage()).startsWith("Redis command is not valid")) {
      outstanding.removeLastOccurrence(pending);
      pending.promise().fail(failure);
    } else {
      breakDown("closed", "connection failed: " + failure.getMessage());
    }
  }

  /** Not a periodic timer: that would catch up after a pause, before an answer can be read. */
  private void tick() {
    ticker = context.setTimer(tickMillis, id -> tick());
    long now = System.nanoTime();
    // A check that comes late shows that this process slept, not the server: read the answers
    // first.
    forgiven = !forgiven && now - lastTick > 2 * TimeUnit.MILLISECONDS.toNanos(tickMillis);
    lastTick = now;
    Pending oldest = outstanding.peek();
    if (oldest == null) {
      pingWhenIdle(now);
    } else if (!forgiven && now - oldest.writtenAt() > config.commandTimeout().toNanos()) {
      breakDown("timeout", "no answer within " + config.commandTimeout().toMillis() + " ms");
    }
  }

  private void pingWhenIdle(long now) {
    if (now - lastWrite > IDLE_PING_NANOS) {
      write(Request.cmd(Command.INFO, "replication"))
          .onSuccess(this::compare)
          .onFailure(e -> LOG.debug("ping: {}", e.getMessage()));
    }
  }

  /** A PING is answered by a replica as by a primary, and by who was one in between. */
  private void compare(Response replication) {
    String change = server.change(ServerInfo.parse(replication.toString()));
    if (change != null) {
      breakDown("readonly", change);
    }
  }

  /**
   * Ends this wire: everything outstanding fails in order, then the listener is told. Does nothing
   * the second time.
   */
  void breakDown(String kind, String reason) {
    if (isBroken()) {
      return;
    }
    broken = reason;
    context.owner().cancelTimer(ticker);
    // Not from within the driver's own callback.
    context.runOnContext(v -> client.close().onComplete(gone));
    for (Pending pending = outstanding.poll(); pending != null; pending = outstanding.poll()) {
      metrics.failed(kind);
      pending.promise().fail(RedisErrors.unavailable(reason + ", outcome unknown"));
    }
    onBroken.accept(reason);
  }

  /**
   * Closes the connection on our side; completes when the socket is closed, also where it broke
   * before.
   */
  Future<Void> end() {
    breakDown("closed", "closed by this side");
    return gone.future();
  }

  private static void closeQuietly(Redis client) {
    client.close().onFailure(failure -> LOG.debug("close: {}", failure.getMessage()));
  }
}
