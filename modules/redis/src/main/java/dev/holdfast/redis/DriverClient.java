package dev.holdfast.redis;

import dev.holdfast.redis.queue.OneFlush;
import io.vertx.core.ThreadingModel;
import io.vertx.core.internal.CloseFuture;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.net.NetClientOptions;
import io.vertx.redis.client.ProtocolVersion;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisOptions;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;

/** Makes the driver's client for one connection. */
final class DriverClient {
  private DriverClient() {}

  /**
   * Returns a client that its owner must close: Vert.x does not close it when a verticle ends.
   * Vert.x keeps what a context created, even when it is closed, until that context ends; a link
   * that reconnects for hours would fill the memory. So each client is created in a context of its
   * own, on the same event loop.
   */
  static Redis create(ContextInternal context, RedisConfig config) {
    ContextInternal own = ownContext(context);
    var client = new AtomicReference<Redis>();
    var vertx = new OneFlush(context.owner());
    own.dispatch(() -> client.set(Redis.createClient(vertx, options(config))));
    return Objects.requireNonNull(client.get(), "dispatch runs at once");
  }

  /** Makes a context on the same event loop, whose end is that of no verticle. */
  static ContextInternal ownContext(ContextInternal context) {
    return context
        .owner()
        .contextBuilder()
        .withThreadingModel(ThreadingModel.EVENT_LOOP)
        .withEventLoop(context.nettyEventLoop())
        .withCloseFuture(new CloseFuture())
        .build();
  }

  /**
   * Returns options for one held connection: a pool of one, never recycled or cleaned. RESP2, so
   * that scripts and commands answer alike.
   */
  private static RedisOptions options(RedisConfig config) {
    var net =
        new NetClientOptions()
            .setConnectTimeout((int) config.connectTimeout().toMillis())
            // RST, not FIN: what the kernel could not send yet is not sent on for minutes.
            .setSoLinger(0)
            .setTcpKeepAlive(true)
            .setTcpNoDelay(true);
    if (config.tls()) {
      net.setSsl(true).setHostnameVerificationAlgorithm("HTTPS");
    }
    return new RedisOptions()
        .setConnectionString(config.uri())
        .setNetClientOptions(net)
        .setPreferredProtocolVersion(ProtocolVersion.RESP2)
        .setMaxPoolSize(1)
        .setPoolRecycleTimeout(-1)
        .setPoolCleanerInterval(-1)
        .setMaxWaitingHandlers(config.maxQueued() + 8);
  }
}
