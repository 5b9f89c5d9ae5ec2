package dev.holdfast.connections;

import dev.holdfast.core.BusValue;
import dev.holdfast.core.NodeId;
import dev.holdfast.sessions.ConnectionInfo;
import dev.holdfast.sessions.SessionView;

/** A session's attachment: one socket on one node. */
public record Connection(
    String tenant, String session, String user, NodeId node, long generation, ConnectionInfo info)
    implements BusValue {
  /**
   * @param view of a session that is attached
   */
  public static Connection of(SessionView view) {
    return new Connection(
        view.tenant(),
        view.session(),
        view.user(),
        view.attachedTo().node(),
        view.attachedTo().generation(),
        view.connection());
  }
}
