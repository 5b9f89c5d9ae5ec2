package dev.holdfast.channels;

import dev.holdfast.protocol.EncodedFrame;

/**
 * Where a reader's frames go: a connection. Called on the context of its {@link Fanout}; never
 * blocks.
 */
public interface Outlet {
  /** Whether it takes more now; where not, {@link Fanout#drained} is to be called once it does. */
  boolean writable();

  /** Takes a frame, in order; also past {@link #writable}, by at most one stretch. */
  void send(EncodedFrame frame);
}
