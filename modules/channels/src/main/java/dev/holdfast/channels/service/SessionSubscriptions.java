package dev.holdfast.channels.service;

import dev.holdfast.channels.ChannelMessage;
import dev.holdfast.channels.ChannelMessage.Done;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ChannelName.Kind;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Position;
import dev.holdfast.core.bus.Bus;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.sessions.NodeNotice;
import dev.holdfast.sessions.SessionMessage;
import dev.holdfast.sessions.SessionRef;
import dev.holdfast.sessions.SessionView;
import io.vertx.core.Future;
import java.util.Map;

/**
 * Subscribes sessions on behalf of services. The session's record is written first, then the node
 * that holds it is notified; if that hint is lost, the session reads the channel from the position
 * stored once it attaches the next time.
 */
final class SessionSubscriptions {
  private final Bus bus;
  private final ServiceClient sessions;

  SessionSubscriptions(Bus bus, ServiceClient sessions) {
    this.bus = bus;
    this.sessions = sessions;
  }

  Future<Done> add(ChannelMessage.SubscribeSession message, Position from) {
    ChannelName name = message.channel().name();
    String tenant = message.channel().tenant();
    if (name.kind() != Kind.TOPIC && name.kind() != Kind.RUN) {
      return Future.failedFuture(
          HoldfastException.withPublicMessage(
              ErrorCode.FORBIDDEN, "only topics and runs can be subscribed"));
    }
    SessionRef session = new SessionRef(tenant, message.session(), 0);
    var get = new SessionMessage.Get(message.caller(), tenant, message.session());
    return sessions
        .ask(new SessionMessage.Subscribe(session, Map.of(name, from)))
        .compose(stored -> sessions.ask(get))
        .map(
            view -> {
              hint(view, new NodeNotice.Subscribed(tenant, view.session(), name, from));
              return new Done();
            });
  }

  Future<Done> remove(ChannelMessage.UnsubscribeSession message) {
    ChannelName name = message.channel().name();
    String tenant = message.channel().tenant();
    SessionRef session = new SessionRef(tenant, message.session(), 0);
    var get = new SessionMessage.Get(message.caller(), tenant, message.session());
    return sessions
        .ask(new SessionMessage.Unsubscribe(session, name, false))
        .compose(removed -> sessions.ask(get))
        .map(
            view -> {
              hint(view, new NodeNotice.Unsubscribed(tenant, view.session(), name));
              return new Done();
            });
  }

  private void hint(SessionView view, NodeNotice notice) {
    if (view.attachedTo() != null) {
      bus.hint(view.attachedTo().node().address(), notice);
    }
  }
}
