package dev.holdfast.channels.fanout;

import dev.holdfast.core.ChannelName;
import dev.holdfast.protocol.EncodedFrame;

/**
 * Where a reader's frames go: a connection. Called on the context of its {@link Fanout}; never
 * blocks.
 */
public interface FrameSink {
  /** Whether it takes more now; where not, {@link Fanout#drained} is to be called once it does. */
  boolean writable();

  /** Takes a frame, in order; also past {@link #writable}, by at most one segment. */
  void send(EncodedFrame frame);

  /**
   * Whether it is over: what still waits to be read for it is left out then. Also where its reader
   * is still being opened, and nobody has a {@link Subscription} to close. Any thread.
   */
  default boolean isClosed() {
    return false;
  }

  /**
   * The session whose channel this is, is no more, though nobody notified this node: nothing more
   * comes, and the subscription is closed. Does nothing where the reader need not know.
   */
  default void gone(ChannelName channel) {}
}
