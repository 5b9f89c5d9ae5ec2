package dev.holdfast.cluster;

import dev.holdfast.core.bounds.Doors;
import dev.holdfast.core.bounds.FrameBound;
import dev.holdfast.core.bounds.FrameRoom;
import dev.holdfast.core.bounds.LastComers;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Guards the port of messages. A new connection has to prove itself by a TLS handshake within a
 * bounded time; few may do so at once. After that each frame has a {@link FrameBound}, and all that
 * are not whole yet share a {@link FrameRoom}. Any thread.
 */
final class MessageGate implements Doors.Gate {
  /** Most handshakes at once: members that start together connect together. */
  static final int MOST = 64;

  private static final Duration PATIENCE = Duration.ofSeconds(8);

  private final Duration patience;
  private final LastComers<Channel> strangers;
  private final FrameRoom frames;

  MessageGate(Meters meters) {
    this(MOST, PATIENCE, FrameRoom.ofHeap(), meters);
  }

  MessageGate(int most, Duration patience, FrameRoom frames, Meters meters) {
    this.patience = patience;
    this.strangers = LastComers.ofChannels(most);
    this.frames = frames;
    meters.strangers("messages", strangers);
    meters.frames(frames);
  }

  @Override
  public boolean admits(Channel accepted) {
    if (!strangers.came(accepted)) {
      return false;
    }
    accepted.pipeline().addFirst(new Proof());
    accepted.closeFuture().addListener(closed -> strangers.left(accepted));
    return true;
  }

  /** Waits for the handshake, then removes itself. Confined to the connection's event loop. */
  private final class Proof extends ChannelInboundHandlerAdapter {
    @SuppressWarnings("NullAway.Init") // set by handlerAdded(), which Netty calls first
    private Future<?> late;

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
      Channel stranger = context.channel();
      Runnable tooLate = () -> late(stranger);
      late = context.executor().schedule(tooLate, patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Handles the first bytes; the TLS handler is in place by then. */
    @Override
    public void channelRead(ChannelHandlerContext context, Object bytes) {
      ChannelHandlerContext secure = context.pipeline().context(SslHandler.class);
      if (secure != null) {
        context.pipeline().addAfter(secure.name(), "frame-bound", new FrameBound(frames));
        SslHandler tls = (SslHandler) secure.handler();
        tls.handshakeFuture().addListener(done -> ended(context.channel(), done.isSuccess()));
        context.pipeline().remove(this);
      }
      context.fireChannelRead(bytes);
    }

    private void ended(Channel channel, boolean proved) {
      if (proved) {
        late.cancel(false);
        strangers.left(channel);
      }
    }

    private void late(Channel stranger) {
      if (strangers.left(stranger)) {
        stranger.close();
      }
    }
  }
}
