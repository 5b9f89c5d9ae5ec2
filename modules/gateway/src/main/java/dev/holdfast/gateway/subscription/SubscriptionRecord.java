package dev.holdfast.gateway.subscription;

import dev.holdfast.core.ChannelName;
import dev.holdfast.core.Position;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.sessions.SessionMessage;
import dev.holdfast.sessions.SessionRef;
import io.vertx.core.Future;
import java.util.Map;

/** The channels in one session's record. Its holder changes them. */
public final class SubscriptionRecord {
  private final ServiceClient sessions;
  private final SessionRef session;

  public SubscriptionRecord(ServiceClient sessions, SessionRef session) {
    this.sessions = sessions;
    this.session = session;
  }

  /** Adds channels, each with its first cursor. */
  Future<?> add(Map<ChannelName, Position> cursors) {
    return sessions.ask(new SessionMessage.Subscribe(session, cursors));
  }

  /** Adds channels that the session keeps without its user's permission, as a service does. */
  Future<?> grant(Map<ChannelName, Position> cursors) {
    SessionRef any = new SessionRef(session.tenant(), session.session(), 0);
    return sessions.ask(new SessionMessage.Subscribe(any, cursors));
  }

  /** Removes a channel. */
  Future<?> remove(ChannelName name) {
    return sessions.ask(new SessionMessage.Unsubscribe(session, name));
  }
}
