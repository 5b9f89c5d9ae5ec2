package dev.holdfast.gateway.server;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.impl.HttpServerConnection;
import java.nio.charset.StandardCharsets;

/**
 * Takes connections in while there is room, and answers the others with a refusal, whatever they
 * ask: a connection that is only closed looks like a node that has died. Confined to its event
 * loop.
 */
public final class Arrivals {
  private static final String BODY =
      "{\"type\":\"about:blank\",\"title\":\"Service Unavailable\",\"status\":503,"
          + "\"detail\":\"This node has as many connections as it takes, in all or from your"
          + " address.\",\"code\":\"rate_limited\",\"retryable\":true,\"retryAfter\":5000}";

  private static final String REFUSAL =
      "HTTP/1.1 503 Service Unavailable\r\nretry-after: 5\r\nconnection: close\r\n"
          + "content-type: application/problem+json\r\ncache-control: no-store\r\ncontent-length: "
          + BODY.length()
          + "\r\n\r\n"
          + BODY;

  private final Entrance entrance;
  private final HttpServerOptions options;
  private final RequestTimeouts timeouts;

  public Arrivals(Entrance entrance, HttpServerOptions options, RequestTimeouts timeouts) {
    this.entrance = entrance;
    this.options = options;
    this.timeouts = timeouts;
  }

  /** Takes or refuses a new connection, before anything is read from it. */
  public void came(HttpConnection connection) {
    ChannelHandlerContext context = ((HttpServerConnection) connection).channelHandlerContext();
    if (!entrance.stays(context.channel())) {
      refuse(context.pipeline());
      return;
    }
    StrictRequestDecoder.install(connection, options);
    timeouts.opened(connection);
  }

  private static void refuse(ChannelPipeline pipeline) {
    ChannelHandlerContext encoder = pipeline.context(HttpResponseEncoder.class);
    pipeline.addBefore(encoder.name(), null, new Unheard());
    encoder
        .writeAndFlush(Unpooled.copiedBuffer(REFUSAL, StandardCharsets.ISO_8859_1))
        .addListener(ChannelFutureListener.CLOSE);
  }

  /** Drops everything that a refused client sends. */
  private static final class Unheard extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ReferenceCountUtil.release(message);
    }
  }
}
