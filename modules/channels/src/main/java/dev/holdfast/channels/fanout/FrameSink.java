package dev.holdfast.channels.fanout;

import dev.holdfast.core.ChannelName;
import dev.holdfast.protocol.EncodedFrame;

/**
 * Takes a reader's frames, and passes them to a connection. Called on the context of its {@link
 * Fanout}; never blocks.
 */
public interface FrameSink {
  /**
   * Returns whether it takes more now; if not, {@link Fanout#drained} has to be called once it
   * does.
   */
  boolean writable();

  /** Takes a frame, in order; also when not {@link #writable}, for at most one segment. */
  void send(EncodedFrame frame);

  /**
   * Returns whether it is closed. Reads that still wait for it are dropped then, even while its
   * reader is being opened and there is no {@link Subscription} to close. Any thread.
   */
  default boolean isClosed() {
    return false;
  }

  /**
   * Reports that the session with this channel no longer exists, though nobody notified this node.
   * Nothing more comes, and the subscription is closed. Does nothing by default.
   */
  default void gone(ChannelName channel) {}
}
