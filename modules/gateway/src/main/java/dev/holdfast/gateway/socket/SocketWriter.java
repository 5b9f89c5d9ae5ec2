package dev.holdfast.gateway.socket;

import dev.holdfast.core.ChannelName;
import dev.holdfast.gateway.connection.ClientSink;
import dev.holdfast.protocol.CloseCode;
import dev.holdfast.protocol.EncodedFrame;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import java.util.function.Consumer;

/**
 * The outgoing side of a WebSocket. Every frame, of control or of channels, is written here,
 * encoded already, past the WebSocket encoder (which lets plain buffers through). So frames keep
 * the order of the calls. They are flushed at the end of the event loop's run. While the socket
 * takes nothing, nothing may be read from it either, so that answers can't pile up. Confined to the
 * event loop.
 */
final class SocketWriter extends ChannelInboundHandlerAdapter implements ClientSink {
  private final ChannelHandlerContext channel;
  private final WriteCoalescer coalescer;
  private final Runnable flush = this::flush;
  private final Runnable stuck;
  private final Runnable drained;
  private final Consumer<Throwable> violated;
  private final Consumer<ChannelName> gone;
  private boolean writable = true;
  private boolean unflushed;
  private volatile boolean closed;
  private long blockedSince;
  private long written;
  private long saidAt = System.nanoTime();

  /**
   * @param channel of Vert.x's handler: its frames and those written here keep their order
   * @param stuck called when the socket takes no more; it may be in the middle of a write
   * @param drained called when the socket takes more again
   * @param violated called when the client's bytes are not WebSocket frames, or one is too large
   * @param gone called with the channel of a session that no longer exists
   */
  SocketWriter(
      ChannelHandlerContext channel,
      WriteCoalescer coalescer,
      Runnable stuck,
      Runnable drained,
      Consumer<Throwable> violated,
      Consumer<ChannelName> gone) {
    this.channel = channel;
    this.coalescer = coalescer;
    this.stuck = stuck;
    this.drained = drained;
    this.violated = violated;
    this.gone = gone;
  }

  /** Begins to watch the channel. */
  void open() {
    channel.pipeline().addBefore(channel.name(), "holdfast", this);
  }

  @Override
  public boolean writable() {
    return writable && !closed;
  }

  @Override
  public void send(EncodedFrame frame) {
    if (closed) {
      return;
    }
    written += frame.length();
    channel.write(frame.wire(), channel.voidPromise());
    if (!unflushed) {
      unflushed = true;
      coalescer.wrote(flush);
    }
  }

  @Override
  public void gone(ChannelName channel) {
    gone.accept(channel);
  }

  void flush() {
    unflushed = false;
    saidAt = System.nanoTime();
    channel.flush();
  }

  @Override
  public void close() {
    closed = true;
    flush();
  }

  /** Sends the close behind what still waits: Vert.x would hold it back until the socket drains. */
  void say(CloseCode code) {
    channel.write(new CloseWebSocketFrame(code.number, code.wireName()), channel.voidPromise());
    channel.flush();
  }

  @Override
  public boolean isClosed() {
    return closed;
  }

  @Override
  public void cut() {
    channel.close();
  }

  @Override
  public long written() {
    return written;
  }

  @Override
  public long blockedSince() {
    return blockedSince;
  }

  @Override
  public long waiting() {
    ChannelOutboundBuffer buffer = channel.channel().unsafe().outboundBuffer();
    return buffer == null || writable ? 0 : buffer.totalPendingWriteBytes();
  }

  @Override
  public long saidAt() {
    return saidAt;
  }

  /**
   * Notifies the connection only. It is called while writing or flushing, so waiting readers are
   * served later.
   */
  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    boolean changed = writable != context.channel().isWritable();
    if (changed) {
      writable = !writable;
      blockedSince = writable ? 0 : System.nanoTime() | 1;
    }
    context.fireChannelWritabilityChanged();
    if (changed) {
      (writable ? drained : stuck).run();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
    if (failure instanceof DecoderException) {
      violated.accept(failure);
    } else {
      context.fireExceptionCaught(failure);
    }
  }
}
