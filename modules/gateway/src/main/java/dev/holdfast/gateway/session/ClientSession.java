package dev.holdfast.gateway.session;

import dev.holdfast.auth.Verified;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.sessions.SessionRef;
import java.util.function.IntConsumer;

/**
 * The session that a connection holds, and its user. Confined to the event loop, except for {@link
 * #token}.
 */
public final class ClientSession {
  /** Most time in ms before a token's end at which its client is notified. */
  private static final long NOTICE_BEFORE = 60_000;

  private final SessionRef ref;
  private final boolean keepsCursors;
  private final ChannelGrants grants;
  private volatile Verified token;

  /** When the client is to be notified that the token ends, ms since 1970; 0: not, or done. */
  private long noticeAt;

  /**
   * @param token by which its client came
   * @param keepsCursors whether its client has its cursors when it comes back
   * @param counted takes by how many channel tokens there are more, or fewer
   */
  public ClientSession(SessionRef ref, Verified token, boolean keepsCursors, IntConsumer counted) {
    this.ref = ref;
    this.keepsCursors = keepsCursors;
    this.grants = new ChannelGrants(counted);
    this.token = token;
    this.noticeAt = noticeAt(token);
  }

  private static long noticeAt(Verified token) {
    long left = token.expiresAt() - System.currentTimeMillis();
    return token.expiresAt() == 0 ? 0 : token.expiresAt() - Math.min(NOTICE_BEFORE, left / 2);
  }

  public SessionRef ref() {
    return ref;
  }

  public boolean keepsCursors() {
    return keepsCursors;
  }

  /** Returns the token that its client has shown last. Any thread. */
  public Verified token() {
    return token;
  }

  /** Goes on with another token of the same user. */
  void goOnWith(Verified other) {
    token = other;
    noticeAt = noticeAt(other);
  }

  /** Returns its user, with the permissions of its token and those that channel tokens add. */
  public Caller.User caller() {
    return grants.addedTo(token.caller());
  }

  /** Returns what channel tokens add. */
  public ChannelGrants grants() {
    return grants;
  }

  public String tenant() {
    return ref.tenant();
  }

  public String user() {
    return token.caller().user();
  }

  /** Returns a channel in the session's own tenant. */
  public Channel channel(ChannelName name) {
    return new Channel(ref.tenant(), name);
  }

  /**
   * Returns whether the token has expired.
   *
   * @param grace ms by which it may be over
   */
  public boolean expired(long grace) {
    long end = token.expiresAt();
    return end != 0 && System.currentTimeMillis() >= end + grace;
  }

  /** Returns whether its client is to be notified now that its token ends: once for each token. */
  public boolean takesExpiryNotice() {
    boolean due = noticeAt != 0 && System.currentTimeMillis() >= noticeAt;
    if (due) {
      noticeAt = 0;
    }
    return due;
  }

  /** Returns the ms that are left of the token; 0 if it is over. */
  public long left() {
    return Math.max(0, token.expiresAt() - System.currentTimeMillis());
  }
}
