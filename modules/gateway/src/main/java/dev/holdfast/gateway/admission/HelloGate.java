package dev.holdfast.gateway.admission;

import dev.holdfast.core.bounds.Budget;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.websocketx.WebSocketFrameDecoder;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * Counts the bytes that a client sends before its hello is whole, in frames and parts of frames
 * alike. Every client has 4 KiB. A hello with long cursors or a long token needs more, which comes
 * out of a share that all clients have together. Without the gate, any stranger's socket held a
 * whole message. It is taken out of the pipeline at the hello. Confined to its event loop.
 */
public final class HelloGate extends ChannelInboundHandlerAdapter {
  static final int FREE = 4 * 1024;

  private final Budget.Share share;
  private final Runnable refused;
  private @Nullable ChannelHandlerContext context;
  private long received;
  private long taken;
  private boolean closed;

  HelloGate(Budget.Share share, Runnable refused) {
    this.share = share;
    this.refused = refused;
  }

  /** Puts the gate before the handler that takes frames apart. */
  public void standIn(ChannelPipeline pipeline) {
    var decoder = pipeline.context(WebSocketFrameDecoder.class);
    if (decoder != null) {
      pipeline.addBefore(decoder.name(), null, this);
    }
  }

  /** Removes the gate: the hello is there. */
  public void open() {
    if (context != null && !context.isRemoved()) {
      context.pipeline().remove(this);
    }
  }

  @Override
  public void handlerAdded(ChannelHandlerContext added) {
    context = added;
  }

  /** Gives back what was counted, also when the connection ends. */
  @Override
  public void handlerRemoved(ChannelHandlerContext removed) {
    share.give(taken);
    taken = 0;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (closed || message instanceof ByteBuf bytes && !counts(bytes.readableBytes())) {
      ReferenceCountUtil.release(message);
      return;
    }
    ctx.fireChannelRead(message);
  }

  private boolean counts(int bytes) {
    received += bytes;
    long more = received - FREE - taken;
    if (more <= 0 || share.tryTake(more)) {
      taken += Math.max(0, more);
      return true;
    }
    closed = true;
    refused.run();
    return false;
  }
}
