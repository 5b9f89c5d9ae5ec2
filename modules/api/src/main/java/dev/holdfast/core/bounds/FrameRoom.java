package dev.holdfast.core.bounds;

import io.netty.channel.Channel;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Counts the bytes that connections of the bus have collected of large frames that are not whole
 * yet. If they are too many, the connection whose large frame began first is closed: frames of
 * members that work are whole soon, so it is one that stays on purpose. Any thread.
 */
public final class FrameRoom {
  private static final int PARTS_OF_HEAP = 8;

  private final long limit;
  private final Map<Channel, Long> held = new LinkedHashMap<>();
  private long bytes;
  private long closed;

  /**
   * @param limit bytes of all connections together; one alone may have more
   */
  public FrameRoom(long limit) {
    this.limit = limit;
  }

  /** Returns room for an eighth of the heap. */
  public static FrameRoom ofHeap() {
    return new FrameRoom(Runtime.getRuntime().maxMemory() / PARTS_OF_HEAP);
  }

  /**
   * Counts more bytes of a connection's large frame.
   *
   * @return the connection that has to be closed, and is counted no more; none: there is room
   */
  synchronized @Nullable Channel take(Channel connection, int more) {
    held.merge(connection, (long) more, Long::sum);
    bytes += more;
    if (bytes <= limit || held.size() == 1) {
      return null;
    }
    Channel oldest = held.keySet().iterator().next();
    give(oldest);
    return oldest;
  }

  /** Gives back what a connection has, if it has any. */
  synchronized void give(Channel connection) {
    Long had = held.remove(connection);
    if (had != null) {
      bytes -= had;
    }
  }

  /** Counts a connection that is closed for its frame. */
  synchronized void closed() {
    closed++;
  }

  /** Returns the bytes of large frames that are not whole. */
  public synchronized long bytes() {
    return bytes;
  }

  /** Returns how many connections were closed for what they sent, or did not send. */
  public synchronized long dropped() {
    return closed;
  }
}
