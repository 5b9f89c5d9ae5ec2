package dev.holdfast.redis;

import dev.holdfast.redis.server.Advice;
import dev.holdfast.redis.server.ServerInfo;
import dev.holdfast.redis.topology.SentinelMaster;
import dev.holdfast.redis.topology.ServerAddress;
import io.vertx.core.Future;
import io.vertx.core.internal.ContextInternal;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The servers of a topology, through the driver that links use, on one context. */
record Servers(ContextInternal context, RedisConfig config) implements SentinelMaster.Servers {
  private static final Logger LOG = LoggerFactory.getLogger(Servers.class);

  @Override
  public Redis sentinel(String uri) {
    return DriverClient.create(context, config.at(uri));
  }

  /** Makes a client of one connection to a server that holds data. */
  Redis client(ServerAddress server) {
    return DriverClient.create(context, config.at(server));
  }

  @Override
  public Future<Void> check(ServerAddress server) {
    Redis client;
    try {
      client = client(server);
    } catch (IllegalArgumentException e) {
      return context.failedFuture(e);
    }
    return client
        .connect()
        .compose(Servers::ask)
        .timeout(SentinelMaster.PATIENCE_MS, TimeUnit.MILLISECONDS)
        .compose(info -> usable(ServerInfo.parse(info.toString())))
        .recover(failure -> Future.failedFuture(named(failure)))
        .onComplete(done -> close(client));
  }

  private static Future<Response> ask(RedisConnection connection) {
    connection.exceptionHandler(failure -> LOG.debug("{}", failure.getMessage()));
    return connection.send(Request.cmd(Command.INFO));
  }

  private static Future<Void> usable(ServerInfo info) {
    String problem = info.problem();
    return problem == null ? Future.succeededFuture() : Future.failedFuture(problem);
  }

  private static String named(Throwable failure) {
    return failure instanceof TimeoutException
        ? "no answer within " + SentinelMaster.PATIENCE_MS + " ms"
        : Advice.plain(String.valueOf(failure.getMessage()));
  }

  private static void close(Redis client) {
    client.close().onFailure(failure -> LOG.debug("close: {}", failure.getMessage()));
  }
}
