package dev.holdfast.gateway.connection;

import dev.holdfast.auth.Verified;
import dev.holdfast.channels.ChannelMessage;
import dev.holdfast.core.NodeId;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.protocol.ClientFrame;
import dev.holdfast.sessions.Attached;
import dev.holdfast.sessions.ConnectionInfo;
import dev.holdfast.sessions.NewSession;
import dev.holdfast.sessions.SessionMessage;
import io.vertx.core.Future;
import org.jspecify.annotations.Nullable;

/** Attaches sessions to connections of this node, and fences their earlier connections. */
public final class Attaching {
  private final ServiceClient sessions;
  private final ServiceClient channels;
  private final NodeId node;

  public Attaching(ServiceClient sessions, ServiceClient channels, NodeId node) {
    this.sessions = sessions;
    this.channels = channels;
    this.node = node;
  }

  NodeId node() {
    return node;
  }

  /**
   * @param fresh the session that is made if none is resumed; none: nothing of it is prepared
   */
  Future<Attached> attach(
      Connection connection,
      Verified verified,
      ClientFrame.Hello hello,
      @Nullable NewSession fresh) {
    var info =
        new ConnectionInfo(connection.id(), hello.client(), connection.client().address(), 0);
    return sessions.ask(
        new SessionMessage.Attach(
            verified.caller(), hello.resume(), node, info, hello.attempt(), fresh, verified.ref()));
  }

  /**
   * Fences the older connections of this session: nothing that they publish is stored from here on.
   */
  Future<Attached> fence(Attached attached) {
    if (attached.published().isEmpty()) {
      return Future.succeededFuture(attached);
    }
    return channels
        .ask(new ChannelMessage.Fence(attached.session(), attached.published()))
        .map(fenced -> attached);
  }
}
