package dev.holdfast.redis;

import dev.holdfast.core.bounds.Budget;
import dev.holdfast.redis.queue.Calls;
import dev.holdfast.redis.queue.CommandSize;
import dev.holdfast.redis.queue.FairQueue;
import dev.holdfast.redis.queue.LinkMetrics;
import dev.holdfast.redis.server.ServerClock;
import dev.holdfast.redis.server.ServerInfo;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One life of a link: one connection, from its handshake until it breaks, which it does once and
 * for good.
 *
 * <p>It has a driver client of its own, because closing that is the driver's only way to end a
 * socket that does not answer. All on one event-loop thread.
 *
 * <p>A server that answers is alive, however late: the wire breaks if commands are written and
 * nothing at all is answered for the command timeout. That time is counted in ticks that this event
 * loop really ran, so a process that was stopped, or busy, does not take its own slowness for the
 * server's.
 */
final class RedisWire {
  private static final Logger LOG = LoggerFactory.getLogger(RedisWire.class);
  private static final long IDLE_PING_NANOS = TimeUnit.SECONDS.toNanos(2);

  /** The place of the first key in a call of a script: behind its digest and the number of keys. */
  private static final int FIRST_KEY = 2;

  /** Command timeouts until a caller is answered, even if its answer may still come. */
  private static final int OVERDUE = 4;

  private final ContextInternal context;
  private final Redis client;
  private final RedisConnection connection;
  private final RedisConfig config;
  private final LinkMetrics metrics;
  private final Budget.Share room;
  private final Calls calls;
  // Which load of a script its calls rely on; a NOSCRIPT forgets that load, not a later one.
  private final Map<Script, Integer> loads = new HashMap<>();
  private final ServerClock clock = new ServerClock(() -> write(Request.cmd(Command.TIME)));
  private final long tickMillis;
  private final long patience;
  private long ticker;
  private int loadCount;
  private long lastWrite = System.nanoTime();
  private long tick;
  private long answeredTick;
  private final Promise<Void> gone;
  private Consumer<String> onBroken = reason -> {};

  @SuppressWarnings("NullAway.Init") // set by accept(), before the wire is given out
  private ServerInfo server;

  private volatile @Nullable String broken;

  private RedisWire(
      ContextInternal context,
      Redis client,
      RedisConnection connection,
      RedisConfig config,
      LinkMetrics metrics,
      Budget.Share room) {
    this.context = context;
    this.gone = context.promise();
    this.client = client;
    this.connection = connection;
    this.config = config;
    this.metrics = metrics;
    this.room = room;
    this.calls = new Calls(room);
    this.tickMillis = Math.min(500, Math.max(5, config.commandTimeout().toMillis() / 4));
    this.patience = (config.commandTimeout().toMillis() + tickMillis - 1) / tickMillis;
    this.ticker = context.setTimer(tickMillis, id -> tick());
    connection.endHandler(v -> breakDown("closed", "connection closed by the server"));
    connection.exceptionHandler(
        failure -> breakDown("closed", "connection failed: " + failure.getMessage()));
  }

  /**
   * Connects, and makes sure that the server is one to use; within the config's connect timeout.
   *
   * @param room for commands until they are answered, in bytes
   */
  static Future<RedisWire> dial(
      ContextInternal context,
      Redis client,
      RedisConfig config,
      LinkMetrics metrics,
      Budget.Share room) {
    return client
        .connect()
        .map(connection -> new RedisWire(context, client, connection, config, metrics, room))
        .compose(RedisWire::greet)
        .timeout(config.connectTimeout().toMillis(), TimeUnit.MILLISECONDS)
        .onFailure(failure -> closeQuietly(client));
  }

  private Future<RedisWire> greet() {
    return write(Request.cmd(Command.INFO))
        .compose(this::accept)
        .compose(accepted -> clock.ask())
        .map(this);
  }

  /** See {@link ShardValue#DEADLINE}. */
  long deadline() {
    return clock.now() + OVERDUE * config.commandTimeout().toMillis();
  }

  /** See {@link RedisLink#longestLate}. */
  static long longestLate(RedisConfig config) {
    return 2 * OVERDUE * config.commandTimeout().toMillis();
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

  /** See {@link RedisLink#onClockSet}. */
  void onClockSet(Runnable action) {
    clock.onStep(action);
  }

  /**
   * @param action gets the reason when the wire breaks, after all that was outstanding has failed;
   *     at once if it is broken
   */
  void onBroken(Consumer<String> action) {
    onBroken = action;
    String reason = broken;
    if (reason != null) {
      action.accept(reason);
    }
  }

  /** Returns the number of commands that are not written yet. */
  int waiting() {
    return calls.waiting();
  }

  /**
   * Writes a command behind those of its group before it. Fails with the driver's failure, or with
   * a named one.
   */
  Future<Response> write(Request request, Calls.Claim claim) {
    return write(request, claim, true);
  }

  private Future<Response> write(Request request) {
    return write(request, Calls.Claim.OWN, true);
  }

  private Future<Response> write(Request request, Calls.Claim claim, boolean expires) {
    if (isBroken()) {
      return refuse("down", "not connected (" + broken + ")");
    }
    if (calls.isFull(claim.group(), config.maxQueued())) {
      return refuse("overflow", "too many commands in flight (" + config.maxQueued() + ")");
    }
    if (claim.bytes() > 0 && !room.tryTake(claim.bytes())) {
      return refuse("overflow", "too many bytes in flight (" + room.limit() + "), nothing done");
    }
    var call = new Calls.Call(request, context.promise(), claim, expires, tick);
    calls.add(call);
    fill();
    return call.promise.future();
  }

  private void fill() {
    for (Calls.Call call = calls.next(tick); call != null; call = calls.next(tick)) {
      Calls.Call sent = call;
      lastWrite = sent.writtenAt();
      if (sent.isAsking()) {
        // If it fails, so does the command.
        connection.send(Request.cmd(Command.ASKING));
      }
      connection.send(sent.request).onComplete(result -> answered(sent, result));
    }
  }

  /** Runs a script, see {@link Script} for the order that this keeps. */
  Future<Response> run(Script script, Object[] call, boolean asking) {
    Calls.Claim claim = claim(call, asking);
    if (isBroken() || calls.isFull(claim.group(), config.maxQueued())) {
      // Refused, and no script is to be loaded.
      return write(Request.cmd(Command.EVALSHA, call), claim);
    }
    Integer load = loaded(script);
    return write(Request.cmd(Command.EVALSHA, call), claim)
        .recover(failure -> again(script, load, call, claim, failure));
  }

  private static Calls.Claim claim(Object[] call, boolean asking) {
    String group = FairQueue.group(call.length > FIRST_KEY ? call[FIRST_KEY] : null);
    return new Calls.Claim(group, CommandSize.of(call), asking);
  }

  /** Returns the load that a call relies on. Noted before the write, as that may fail at once. */
  private Integer loaded(Script script) {
    Integer known = loads.get(script);
    if (known != null) {
      return known;
    }
    Integer load = ++loadCount;
    loads.put(script, load);
    write(Request.cmd(Command.SCRIPT, "LOAD", script.text()), Calls.Claim.OWN, false)
        .onFailure(failure -> notLoaded(script, load, failure));
    return load;
  }

  private void notLoaded(Script script, Integer load, Throwable failure) {
    loads.remove(script, load);
    LOG.warn("Redis did not load script {}: {}", script, failure.getMessage());
  }

  /**
   * Repeats a script that Redis did not know, unless a call was sent after it. Called with the
   * answer.
   */
  private Future<Response> again(
      Script script, Integer load, Object[] call, Calls.Claim claim, Throwable failure) {
    if (!RedisErrors.NO_SCRIPT.equals(RedisErrors.word(failure))) {
      return context.failedFuture(failure);
    }
    loads.remove(script, load);
    if (calls.size() > 0 || isBroken()) {
      return Future.failedFuture(
          RedisErrors.unavailable("script " + script + " was flushed, nothing done"));
    }
    loaded(script);
    return write(Request.cmd(Command.EVALSHA, call), claim);
  }

  private Future<Response> refuse(String kind, String message) {
    metrics.failed(kind);
    return context.failedFuture(RedisErrors.unavailable(message));
  }

  private void answered(Calls.Call call, AsyncResult<Response> result) {
    if (isBroken()) {
      return; // failed already, with all the others
    }
    if (result.failed() && !RedisErrors.isAnswer(result.cause())) {
      unanswered(call, result.cause());
      return;
    }
    calls.answered();
    answeredTick = tick;
    metrics.answered(System.nanoTime() - call.writtenAt());
    if (result.succeeded()) {
      call.promise.tryComplete(result.result());
    } else {
      answeredByError(call, result.cause());
    }
    fill();
  }

  private void answeredByError(Calls.Call call, Throwable error) {
    metrics.failed(RedisErrors.kind(error));
    call.promise.tryFail(RedisErrors.at(config.address(), error));
    if (RedisErrors.isLate(error)) {
      clock.ask();
    }
    if (RedisErrors.isNotPrimary(error)) {
      breakDown("readonly", "the server is no primary any more, or was none for a while");
    }
  }

  /**
   * Handles a failure without an answer. The driver refuses what is no command before it writes it;
   * all else means that the connection is gone.
   */
  private void unanswered(Calls.Call call, Throwable failure) {
    if (String.valueOf(failure.getMessage()).startsWith("Redis command is not valid")) {
      calls.refused(call);
      call.promise.tryFail(failure);
    } else {
      breakDown("closed", "connection failed: " + failure.getMessage());
    }
  }

  /**
   * Counts time. Not a periodic timer: it would catch up after a pause, before an answer is read.
   */
  private void tick() {
    ticker = context.setTimer(tickMillis, id -> tick());
    tick++;
    clock.keep(System.nanoTime());
    Calls.Call oldest = calls.oldest();
    if (oldest == null) {
      pingWhenIdle(System.nanoTime());
    } else if (tick - Math.max(answeredTick, oldest.writtenTick()) > patience) {
      breakDown("timeout", "no answer within " + config.commandTimeout().toMillis() + " ms");
    } else {
      giveUpLate();
    }
  }

  /** Gives up calls that wait too long: the server answers, but slower than it is asked. */
  private void giveUpLate() {
    for (Calls.Call call : calls.expired(tick, patience)) {
      metrics.failed("overload");
      call.promise.tryFail(RedisErrors.unavailable("Redis is slow: not sent, nothing done"));
    }
    for (Calls.Call call : calls.overdue(tick, OVERDUE * patience)) {
      if (call.promise.tryFail(RedisErrors.unavailable("Redis is slow: outcome unknown"))) {
        metrics.failed("overdue");
      }
    }
  }

  private void pingWhenIdle(long now) {
    if (now - lastWrite > IDLE_PING_NANOS) {
      write(Request.cmd(Command.INFO, "replication"))
          .onSuccess(this::compare)
          .onFailure(e -> LOG.debug("ping: {}", e.getMessage()));
    }
  }

  /** Breaks the wire if the server is no primary any more. A replica answers a PING, too. */
  private void compare(Response replication) {
    String change = server.change(ServerInfo.parse(replication.toString()));
    if (change != null) {
      breakDown("readonly", change);
    }
  }

  /**
   * Ends this wire: everything outstanding fails in order, then the listener is notified. Does
   * nothing the second time.
   */
  void breakDown(String kind, String reason) {
    if (isBroken()) {
      return;
    }
    broken = reason;
    context.owner().cancelTimer(ticker);
    // Not from within the driver's own callback.
    context.runOnContext(v -> client.close().onComplete(gone));
    for (Calls.Call call = calls.takeWritten(); call != null; call = calls.takeWritten()) {
      metrics.failed(kind);
      call.promise.tryFail(RedisErrors.unavailable(reason + ", outcome unknown"));
    }
    for (Calls.Call call = calls.takeWaiting(); call != null; call = calls.takeWaiting()) {
      metrics.failed(kind);
      call.promise.tryFail(RedisErrors.unavailable(reason + ", not sent, nothing done"));
    }
    onBroken.accept(reason);
  }

  /**
   * Closes the connection on our side; completes when the socket is closed, also if it broke
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
