package dev.holdfast.channels.fanout;

import dev.holdfast.channels.log.LogSegment;
import dev.holdfast.core.Channel;
import dev.holdfast.core.Position;
import dev.holdfast.protocol.EncodedFrame;

/**
 * Takes what the hub brings to the readers of one event loop. Called on the hub's context; switches
 * to the event loop's.
 */
interface Tap {
  /** Notes that the channel is open, from this position on. */
  void opened(Channel channel, Position position);

  void refused(Channel channel, Throwable failure);

  /** The session whose channel it is, is no more. */
  void gone(Channel channel);

  void deliver(Channel channel, LogSegment segment);

  void deliverVolatile(Channel channel, EncodedFrame frame);

  /** Runs something on the event loop. */
  void run(Runnable action);
}
