package dev.holdfast.sessions;

import dev.holdfast.core.BusValue;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.Position;

/**
 * Hints to the node that holds a session, at {@link dev.holdfast.core.NodeId#address()}. A lost one
 * costs latency: the fence refuses the old connection's next write.
 */
public sealed interface NodeNotice extends BusValue {
  String tenant();

  String session();

  /**
   * An attachment is over. Notices may come late, and in any order: of two the one of the greater
   * generation says how things are.
   */
  sealed interface Over extends NodeNotice {
    /** Returns the last generation concerned: attachments of this one and of all before it. */
    long generation();

    default boolean concerns(long attachment) {
      return attachment <= generation();
    }
  }

  /** Another connection holds the session. */
  record Replaced(String tenant, String session, long generation) implements Over {}

  /** The session has ended, for example {@code closed}, {@code revoked}, {@code expired}. */
  record Ended(String tenant, String session, long generation, String reason) implements Over {}

  /** Close the connection, the session stays: an operator's or service's wish. */
  record Disconnect(String tenant, String session, String connection, String reason)
      implements NodeNotice {}

  /** A service has subscribed the session: start at this cursor. */
  record Subscribed(String tenant, String session, ChannelName channel, Position from)
      implements NodeNotice {}

  /** A service has unsubscribed the session. */
  record Unsubscribed(String tenant, String session, ChannelName channel) implements NodeNotice {}
}
