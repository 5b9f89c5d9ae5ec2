package dev.holdfast.channels.fanout;

import dev.holdfast.core.Channel;
import dev.holdfast.core.Position;

/**
 * The open channel of a session that is being made. Confined to the context of its fan-out; each
 * method is called at most once, and {@link #close} always.
 */
public final class Expected {
  private final HubVerticle hub;
  private final Channel channel;
  private final Runnable release;
  private boolean answered;

  /**
   * @param release lets go of the channel
   */
  Expected(HubVerticle hub, Channel channel, Runnable release) {
    this.hub = hub;
    this.channel = channel;
    this.release = release;
  }

  /**
   * Reports that the session was made.
   *
   * @param at the position at which its channel begins
   */
  public void began(Position at) {
    answered = true;
    hub.began(channel, at);
  }

  /** Lets go of the channel: it is read by now, or the session was not made. */
  public void close() {
    if (!answered) {
      hub.began(channel, null);
    }
    release.run();
  }
}
