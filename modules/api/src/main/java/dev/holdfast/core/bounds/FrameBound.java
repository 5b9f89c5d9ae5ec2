package dev.holdfast.core.bounds;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes a connection of the bus on which a frame is announced that is longer than any of
 * Holdfast's: the bus collects a frame until all of it is there, and has no bound. Every frame
 * begins with its length in four bytes. Confined to the connection's event loop.
 */
public final class FrameBound extends ChannelInboundHandlerAdapter {
  /** Twice the largest that a node sends, with the widest settings: a chunk of a log. */
  public static final int MOST = 64 << 20;

  private static final Logger LOG = LoggerFactory.getLogger(FrameBound.class);
  private static final int LENGTH = 4;

  /** Bytes of the present frame that are still to come. */
  private int left;

  /** Bytes of the next frame's length that have come, and what they say so far. */
  private int known;

  private int length;
  private boolean refused;

  @Override
  public void channelRead(ChannelHandlerContext context, Object bytes) {
    if (!refused && bytes instanceof ByteBuf read && !isBounded(read)) {
      refused = true;
      LOG.warn(
          "A frame of {} bytes from {} is refused, and its connection closed",
          Integer.toUnsignedLong(length),
          context.channel().remoteAddress());
      context.close();
    }
    if (refused) {
      ReferenceCountUtil.release(bytes);
    } else {
      context.fireChannelRead(bytes);
    }
  }

  /** Looks at what came, and leaves it unread. */
  private boolean isBounded(ByteBuf read) {
    int at = read.readerIndex();
    while (at < read.writerIndex()) {
      if (left > 0) {
        int step = Math.min(left, read.writerIndex() - at);
        left -= step;
        at += step;
      } else {
        length = length << 8 | read.getUnsignedByte(at++);
        known++;
      }
      if (known == LENGTH) {
        if (length < 0 || length > MOST) {
          return false;
        }
        left = length;
        known = 0;
        length = 0;
      }
    }
    return true;
  }
}
