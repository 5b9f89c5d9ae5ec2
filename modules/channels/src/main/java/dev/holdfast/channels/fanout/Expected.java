package dev.holdfast.channels.fanout;

import dev.holdfast.core.Position;

/**
 * The open channel of a session that is being made. Confined to the context of its fan-out; each
 * method is called at most once, and {@link #close} always.
 */
public final class Expected {
  private final HubVerticle hub;
  private final LocalChannel local;
  private boolean answered;

  Expected(HubVerticle hub, LocalChannel local) {
    this.hub = hub;
    this.local = local;
  }

  /**
   * Reports that the session was made.
   *
   * @param at the position at which its channel begins
   */
  public void began(Position at) {
    answered = true;
    hub.began(local.channel(), at);
  }

  /** Lets go of the channel: it is read by now, or the session was not made. */
  public void close() {
    if (!answered) {
      hub.began(local.channel(), null);
    }
    local.unhold();
  }
}
