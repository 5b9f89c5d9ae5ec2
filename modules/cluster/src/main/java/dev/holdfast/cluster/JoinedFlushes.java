package dev.holdfast.cluster;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.flush.FlushConsolidationHandler;
import io.netty.handler.ssl.SslHandler;

/**
 * Joins what one run of an event loop writes to a connection with TLS: it is encrypted together and
 * leaves in one system call. The bus flushes each message by itself.
 *
 * <p>A flush waits for what the event loop has queued already, never for a time. Before the
 * connection is closed, what waits is flushed. Confined to the connection's event loop.
 */
final class JoinedFlushes extends ChannelInboundHandlerAdapter {
  /** After so many messages a long run flushes, so that the other side can begin with them. */
  private static final int MOST = 64;

  private JoinedFlushes() {}

  /**
   * Lets the writes to a connection be joined from the time at which it is open, if it has TLS.
   *
   * @param opened before it is connected
   */
  static void join(Channel opened) {
    opened.pipeline().addFirst(new JoinedFlushes());
  }

  /** Handles the end of connecting; the TLS handler is in place by then. */
  @Override
  public void channelActive(ChannelHandlerContext context) {
    ChannelHandlerContext tls = context.pipeline().context(SslHandler.class);
    if (tls != null) {
      var joining = new FlushConsolidationHandler(MOST, true);
      context.pipeline().addAfter(tls.name(), "joined-flushes", joining);
    }
    context.pipeline().remove(this);
    context.fireChannelActive();
  }
}
