package dev.holdfast.redis.queue;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.flush.FlushConsolidationHandler;
import io.vertx.core.Completable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.internal.VertxWrapper;
import io.vertx.core.internal.net.NetClientInternal;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.ConnectOptions;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.spi.metrics.Metrics;
import java.util.concurrent.TimeUnit;

/**
 * Vert.x as the driver sees it: what one run of the event loop writes to a connection leaves in one
 * system call. The driver flushes each command by itself. Its batch writes several together, too,
 * but fails as a whole.
 *
 * <p>A flush waits for what the event loop has queued already, never for a time. Before the
 * connection is closed, what waits is flushed.
 */
public final class OneFlush extends VertxWrapper {
  /** After so many commands a long run flushes, so that the server can begin with them. */
  static final int MOST = 64;

  public OneFlush(VertxInternal vertx) {
    super(vertx);
  }

  @Override
  public NetClient createNetClient(NetClientOptions options) {
    return new Client((NetClientInternal) super.createNetClient(options));
  }

  private static Future<NetSocket> consolidated(Future<NetSocket> opened) {
    return opened.onSuccess(OneFlush::consolidate);
  }

  /** Next to Vert.x' own handler, so that TLS also encrypts what leaves together in one go. */
  private static void consolidate(NetSocket socket) {
    ChannelHandlerContext last = ((NetSocketInternal) socket).channelHandlerContext();
    var handler = new FlushConsolidationHandler(MOST, true);
    last.pipeline().addBefore(last.name(), "one-flush", handler);
  }

  /** Changes nothing but the sockets that it opens. */
  private record Client(NetClientInternal client) implements NetClientInternal {
    @Override
    public void connectInternal(
        ConnectOptions options, Promise<NetSocket> socket, ContextInternal context) {
      Promise<NetSocket> opened = context.promise();
      consolidated(opened.future()).onComplete(socket);
      client.connectInternal(options, opened, context);
    }

    @Override
    public Future<NetSocket> connect(int port, String host) {
      return consolidated(client.connect(port, host));
    }

    @Override
    public Future<NetSocket> connect(int port, String host, String serverName) {
      return consolidated(client.connect(port, host, serverName));
    }

    @Override
    public Future<NetSocket> connect(SocketAddress address) {
      return consolidated(client.connect(address));
    }

    @Override
    public Future<NetSocket> connect(SocketAddress address, String serverName) {
      return consolidated(client.connect(address, serverName));
    }

    @Override
    public Future<NetSocket> connect(ConnectOptions options) {
      return consolidated(client.connect(options));
    }

    @Override
    public Future<Boolean> updateSSLOptions(ClientSSLOptions options, boolean force) {
      return client.updateSSLOptions(options, force);
    }

    @Override
    public Future<Void> shutdown(long timeout, TimeUnit unit) {
      return client.shutdown(timeout, unit);
    }

    @Override
    public void close(Completable<Void> completion) {
      client.close(completion);
    }

    @Override
    public Future<Void> closeFuture() {
      return client.closeFuture();
    }

    @Override
    public boolean isMetricsEnabled() {
      return client.isMetricsEnabled();
    }

    @Override
    public Metrics getMetrics() {
      return client.getMetrics();
    }
  }
}
