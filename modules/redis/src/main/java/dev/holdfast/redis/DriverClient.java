package dev.holdfast.redis;

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
   * A client whose owner must close it: Vert.x does not do so when a verticle ends. Vert.x keeps
   * what a context created, even when it is closed, until that context ends; a link that reconnects
   * for hours would fill the memory. So each client is created in a context of its own, on the same
   * event loop.
   */
  static Redis create(ContextInternal context, RedisConfig config) {
    ContextInternal own =
        context
            .owner()
            .contextBuilder()
            .withThreadingModel(ThreadingModel.EVENT_LOOP)
            .withEventLoop(context.nettyEventLoop())
            .withCloseFuture(new CloseFuture())
            .build();
    var client = new AtomicReference<Redis>();
    own.dispatch(() -> client.set(Redis.createClient(context.owner(), options(config))));
    return Objects.requireNonNull(client.get(), "dispatch runs at once");
  }

  /**
   * Pool of one, never recycled or cleaned: the connection is held. RESP2, so that scripts and
   * commands answer alike.
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
