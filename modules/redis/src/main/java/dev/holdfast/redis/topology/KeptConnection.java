package dev.holdfast.redis.topology;

import io.vertx.core.Future;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection for questions, made with the first one and kept while answers come. One question at
 * a time, on one event-loop context.
 */
final class KeptConnection {
  private static final Logger LOG = LoggerFactory.getLogger(KeptConnection.class);

  private final ServerAddress address;
  private final long patienceMs;
  private final Supplier<Redis> clients;
  private @Nullable Redis client;
  private @Nullable RedisConnection connection;

  /**
   * @param patienceMs longest wait for an answer, connecting included
   * @param clients makes a driver's client of this server
   */
  KeptConnection(ServerAddress address, long patienceMs, Supplier<Redis> clients) {
    this.address = address;
    this.patienceMs = patienceMs;
    this.clients = clients;
  }

  /**
   * Asks, and fails in time; who can't use the answer drops the connection. The driver's futures
   * have the caller's context, and so has the time-out.
   */
  Future<@Nullable Response> ask(Request question) {
    RedisConnection open = connection;
    Future<@Nullable Response> answer =
        open == null ? connect().compose(made -> made.send(question)) : open.send(question);
    return answer.timeout(patienceMs, TimeUnit.MILLISECONDS);
  }

  /** What is under way fails. */
  Future<Void> close() {
    Redis gone = client;
    client = null;
    connection = null;
    return gone == null ? Future.succeededFuture() : gone.close();
  }

  private Future<RedisConnection> connect() {
    Redis fresh = clients.get();
    client = fresh;
    return fresh.connect().onSuccess(made -> opened(fresh, made));
  }

  /** Comes late if it was given up meanwhile: another client may be there. */
  private void opened(Redis by, RedisConnection made) {
    made.exceptionHandler(failure -> LOG.debug("{}: {}", address, failure.getMessage()));
    if (client == by) {
      connection = made;
      made.endHandler(ended -> ended(made));
    }
  }

  private void ended(RedisConnection gone) {
    if (connection == gone) {
      drop();
    }
  }

  void drop() {
    close().onFailure(failure -> LOG.debug("{}: {}", address, failure.getMessage()));
  }
}
