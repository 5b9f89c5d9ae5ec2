package dev.holdfast.core.bounds;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes a connection of the bus on which a frame is announced that is longer than any of
 * Holdfast's, or is not whole in time, or that has too much of what all collect: the bus collects a
 * frame until all of it is there, and has no bound. Every frame begins with its length in four
 * bytes. Confined to the connection's event loop.
 */
public final class FrameBound extends ChannelInboundHandlerAdapter {
  /** Twice the largest that a node sends, with the widest settings: a chunk of a log. */
  public static final int MOST = 64 << 20;

  /** Longest frame, in bytes, that takes no {@link FrameRoom}: nearly all are far smaller. */
  static final int SMALL = 1 << 20;

  /** A frame has this time to be whole, and at most twice as long. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final long LATE = TimeUnit.SECONDS.toNanos(1);

  private static final Logger LOG = LoggerFactory.getLogger(FrameBound.class);
  private static final int LENGTH = 4;
  private static final String OLDEST =
      "frames that are not whole have too many bytes, and its frame is the oldest";

  private final FrameRoom room;
  private final Duration patience;

  /** Bytes of the present frame that are still to come. */
  private int left;

  /** Whether the present frame takes room, and the bytes of it that it has taken no room for. */
  private boolean large;

  private int uncounted;

  /** Bytes of the next frame's length that have come, and what they say so far. */
  private int known;

  private int length;
  private boolean refused;

  /** How many frames are whole. */
  private long whole;

  private @Nullable Future<?> look;

  public FrameBound(FrameRoom room) {
    this(room, PATIENCE);
  }

  /**
   * @param patience the least time in which a frame has to be whole
   */
  public FrameBound(FrameRoom room, Duration patience) {
    this.room = room;
    this.patience = patience;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object bytes) {
    if (!refused && bytes instanceof ByteBuf read) {
      if (isBounded(context, read)) {
        count(context);
      } else {
        close(context, "it announces a frame of " + Integer.toUnsignedLong(length) + " bytes");
      }
    }
    if (refused) {
      ReferenceCountUtil.release(bytes);
    } else {
      lookLater(context);
      context.fireChannelRead(bytes);
    }
  }

  /** Looks at what came, and leaves it unread. */
  private boolean isBounded(ChannelHandlerContext context, ByteBuf read) {
    int at = read.readerIndex();
    while (at < read.writerIndex()) {
      if (left > 0) {
        int step = Math.min(left, read.writerIndex() - at);
        left -= step;
        at += step;
        uncounted += step;
        if (left == 0) {
          ended(context);
        }
      } else {
        length = length << 8 | read.getUnsignedByte(at++);
        known++;
      }
      if (known == LENGTH) {
        if (length < 0 || length > MOST) {
          return false;
        }
        begun();
      }
    }
    return true;
  }

  private void begun() {
    left = length;
    large = length > SMALL;
    uncounted = 0;
    known = 0;
    length = 0;
    whole += left == 0 ? 1 : 0;
  }

  private void ended(ChannelHandlerContext context) {
    whole++;
    if (large) {
      large = false;
      room.give(context.channel());
    }
  }

  /** Takes room for what came of a large frame; somebody has to go if there is none. */
  private void count(ChannelHandlerContext context) {
    if (!large || uncounted == 0) {
      return;
    }
    Channel oldest = room.take(context.channel(), uncounted);
    uncounted = 0;
    if (oldest == context.channel()) {
      close(context, OLDEST);
    } else if (oldest != null) {
      drop(oldest, OLDEST);
    }
  }

  private void lookLater(ChannelHandlerContext context) {
    if (look == null && isUnfinished()) {
      long seen = whole;
      long due = System.nanoTime() + patience.toNanos();
      Runnable again = () -> look(context, seen, due);
      look = context.executor().schedule(again, patience.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private boolean isUnfinished() {
    return left > 0 || known > 0;
  }

  /** A look that comes late is of a process that stood still, and has not read what came. */
  private void look(ChannelHandlerContext context, long seen, long due) {
    look = null;
    boolean late = System.nanoTime() - due > LATE;
    if (isUnfinished() && whole == seen && !late) {
      close(context, "its frame is not whole after " + patience);
    } else {
      lookLater(context);
    }
  }

  private void close(ChannelHandlerContext context, String why) {
    refused = true;
    drop(context.channel(), why);
  }

  private void drop(Channel connection, String why) {
    room.closed();
    LOG.warn("The connection of {} is closed: {}", connection.remoteAddress(), why);
    connection.close();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    room.give(context.channel());
    context.fireChannelInactive();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    room.give(context.channel());
    if (look != null) {
      look.cancel(false);
    }
  }
}
