package dev.holdfast.gateway.attachment;

import dev.holdfast.auth.Verified;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.sessions.NodeNotice;
import dev.holdfast.sessions.SessionRef;
import java.util.Optional;
import java.util.function.Function;

/**
 * A connection that holds a session, as the rest of its node reaches it. Called on any thread: the
 * connection's own event loop acts later.
 */
public interface Holder {
  SessionRef ref();

  /** Hands over a notice about the session. */
  void deliver(NodeNotice notice);

  /** Reports that another attachment, of this generation, holds the session. */
  void replacedBy(long generation);

  /** Closes the connection if the token by which its client came is refused now. */
  void closeIfRefused(Function<Verified, Optional<ErrorCode>> refusal);

  /** Closes the connection, so that its client comes back elsewhere. */
  void sendAway();

  /**
   * Asks the client to move to another node.
   *
   * @return false if it was asked lately, or can't be asked
   */
  boolean askToMove();
}
