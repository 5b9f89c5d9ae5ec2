package dev.holdfast.redis;

import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.process.BackOff;
import dev.holdfast.redis.queue.LinkMetrics;
import dev.holdfast.redis.server.Advice;
import dev.holdfast.redis.topology.MasterSource;
import dev.holdfast.redis.topology.ServerAddress;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.internal.ContextInternal;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the wires of a link, one after the other, each to the master of its moment.
 *
 * @param <W> a wire that stands
 */
final class Dialler<W extends Dialler.Standing> {
  private static final Logger LOG = LoggerFactory.getLogger(Dialler.class);

  /** A wire that stands. */
  interface Standing {
    /** Returns the server that it leads to. */
    ServerAddress at();

    void end();
  }

  private final ContextInternal context;
  private final RedisConfig config;
  private final MasterSource source;
  private final LinkMetrics metrics;
  private final BiFunction<RedisConfig, ServerAddress, Future<W>> attempts;
  private final BackOff backOff;
  private Consumer<W> up = standing -> {};
  private boolean redialling;
  private boolean closed;
  private int failures;
  private int attempt;
  private long timer = -1;

  /**
   * @param config the settings without the server, if the source names it
   * @param attempts dials with settings of one server
   */
  Dialler(
      ContextInternal context,
      RedisConfig config,
      MasterSource source,
      LinkMetrics metrics,
      BiFunction<RedisConfig, ServerAddress, Future<W>> attempts) {
    this.context = context;
    this.config = config;
    this.source = source;
    this.metrics = metrics;
    this.attempts = attempts;
    this.backOff = new BackOff(config.reconnectMin().toMillis(), config.reconnectMax().toMillis());
  }

  /** One attempt. */
  Future<W> dial() {
    return source
        .master(context)
        .recover(failure -> Future.failedFuture(unreachable(config.description(), failure)))
        .compose(this::dialAt);
  }

  private Future<W> dialAt(ServerAddress master) {
    if (closed) {
      return context.failedFuture("closed");
    }
    RedisConfig there = config.at(master);
    return attempts
        .apply(there, master)
        .recover(failure -> Future.failedFuture(unreachable(there.redactedUri(), failure)));
  }

  private HoldfastException unreachable(String where, Throwable failure) {
    metrics.failed("connect");
    return RedisErrors.unavailable(
        where + ": " + Advice.plain(String.valueOf(failure.getMessage())));
  }

  /** Tries until a wire stands, first after a short wait. */
  void redial(Consumer<W> whenUp) {
    up = whenUp;
    redialling = true;
    failures = 0;
    redialLater();
  }

  /** Returns whether no wire stands, and it is on its way to one. */
  boolean isRedialling() {
    return redialling;
  }

  /** Tries at once. An attempt under way leads to a master of before: what comes of it is ended. */
  void redialNow() {
    context.owner().cancelTimer(timer);
    failures = 0;
    redialOnce();
  }

  private void redialLater() {
    timer = context.setTimer(backOff.delay(failures++), id -> redialOnce());
  }

  private void redialOnce() {
    int mine = ++attempt;
    dial().onComplete(result -> dialled(mine, result));
  }

  private void dialled(int mine, AsyncResult<W> result) {
    boolean late = closed || mine != attempt;
    boolean stands = result.succeeded() && source.isMaster(result.result().at());
    if (result.succeeded() && (late || !stands)) {
      result.result().end();
    }
    if (late) {
      return;
    }
    if (stands) {
      redialling = false;
      up.accept(result.result());
    } else {
      LOG.debug("Still down", result.cause());
      redialLater();
    }
  }

  /** Gives up. */
  void close() {
    closed = true;
    context.owner().cancelTimer(timer);
  }
}
