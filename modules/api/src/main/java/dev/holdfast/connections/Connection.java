package dev.holdfast.connections;

import dev.holdfast.core.BusValue;
import dev.holdfast.core.NodeId;
import dev.holdfast.sessions.Attachment;
import dev.holdfast.sessions.ConnectionInfo;
import dev.holdfast.sessions.SessionView;
import java.util.Objects;

/** A session's attachment: one socket on one node. */
public record Connection(
    String tenant, String session, String user, NodeId node, long generation, ConnectionInfo info)
    implements BusValue {
  /**
   * @param view of a session that is attached
   */
  public static Connection of(SessionView view) {
    Attachment held = Objects.requireNonNull(view.attachedTo(), "it is not attached");
    return new Connection(
        view.tenant(),
        view.session(),
        view.user(),
        held.node(),
        held.generation(),
        Objects.requireNonNull(view.connection(), "it has no connection"));
  }
}
