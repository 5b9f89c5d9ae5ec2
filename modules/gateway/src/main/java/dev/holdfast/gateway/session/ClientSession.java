package dev.holdfast.gateway.session;

import dev.holdfast.auth.Verified;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.sessions.SessionRef;

/**
 * The session that a connection holds, and its user.
 *
 * @param token by which its client came
 * @param keepsCursors whether its client has its cursors when it comes back
 */
public record ClientSession(SessionRef ref, Verified token, boolean keepsCursors) {
  public Caller.User caller() {
    return token.caller();
  }

  public String tenant() {
    return ref.tenant();
  }

  public String user() {
    return caller().user();
  }

  /** Returns a channel in the session's own tenant. */
  public Channel channel(ChannelName name) {
    return new Channel(ref.tenant(), name);
  }

  /** Returns whether the token has expired. */
  public boolean expired() {
    return token.expiresAt() != 0 && System.currentTimeMillis() >= token.expiresAt();
  }
}
