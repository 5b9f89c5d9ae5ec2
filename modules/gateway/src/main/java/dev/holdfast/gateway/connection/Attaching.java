package dev.holdfast.gateway.connection;

import dev.holdfast.auth.Verified;
import dev.holdfast.channels.ChannelsClient;
import dev.holdfast.core.NodeId;
import dev.holdfast.protocol.ClientFrame;
import dev.holdfast.sessions.Attached;
import dev.holdfast.sessions.ConnectionInfo;
import dev.holdfast.sessions.SessionMessage;
import dev.holdfast.sessions.SessionsClient;
import io.vertx.core.Future;

/** Attaches sessions to connections of this node, and fences what held them before. */
public final class Attaching {
  private final SessionsClient sessions;
  private final ChannelsClient channels;
  private final NodeId node;

  public Attaching(SessionsClient sessions, ChannelsClient channels, NodeId node) {
    this.sessions = sessions;
    this.channels = channels;
    this.node = node;
  }

  NodeId node() {
    return node;
  }

  Future<Attached> attach(Connection connection, Verified verified, ClientFrame.Hello hello) {
    var info =
        new ConnectionInfo(connection.id(), hello.client(), connection.client().address(), 0);
    return sessions.attach(
        new SessionMessage.Attach(verified.caller(), hello.resume(), node, info, hello.attempt()));
  }

  /** From here on nothing can be stored that an older connection of this session publishes. */
  Future<Attached> fence(Attached attached) {
    return channels.fence(attached.session(), attached.published()).map(fenced -> attached);
  }
}
