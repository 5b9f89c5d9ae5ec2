package dev.holdfast.channels.fanout;

import dev.holdfast.channels.log.LogSegment;
import dev.holdfast.core.Channel;
import dev.holdfast.core.Position;
import dev.holdfast.protocol.EncodedFrame;

/**
 * Takes what the hub brings to the readers of one event loop. Called on the hub's context; switches
 * to the event loop's context.
 */
interface Tap {
  /** Notes that the channel is open, from this position on. */
  void opened(Channel channel, Position position);

  void refused(Channel channel, Throwable failure);

  /** Notes that the session with this channel no longer exists. */
  void gone(Channel channel);

  void deliver(Channel channel, LogSegment segment);

  void deliverVolatile(Channel channel, EncodedFrame frame);

  /** Runs an action on the event loop. */
  void run(Runnable action);
}
