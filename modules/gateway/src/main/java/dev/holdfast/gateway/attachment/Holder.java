package dev.holdfast.gateway.attachment;

import dev.holdfast.sessions.NodeNotice;
import dev.holdfast.sessions.SessionRef;

/**
 * A connection that holds a session, as the rest of its node reaches it. Any thread: what is asked
 * is done on the connection's own event loop, later.
 */
public interface Holder {
  SessionRef ref();

  /** Hands over what is to be known of the session. */
  void deliver(NodeNotice notice);

  /** Another attachment has the session, of this generation. */
  void replacedBy(long generation);

  /** Closes it, so that its client comes back elsewhere. */
  void sendAway();

  /**
   * Asks its client to move to another node.
   *
   * @return false if it was asked lately, or can't be asked
   */
  boolean askToMove();
}
