package dev.holdfast.gateway.subscription;

import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Position;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.sessions.SessionMessage;
import dev.holdfast.sessions.SessionRef;
import io.vertx.core.Future;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** The channels in one session's record. Its holder changes them. */
public final class SubscriptionRecord {
  private final ServiceClient sessions;
  private final SessionRef session;
  private final BooleanSupplier closed;

  /**
   * @param closed whether the holder's connection is over
   */
  public SubscriptionRecord(ServiceClient sessions, SessionRef session, BooleanSupplier closed) {
    this.sessions = sessions;
    this.session = session;
    this.closed = closed;
  }

  /** Adds channels, each with its first cursor. */
  Future<?> add(Map<ChannelName, Position> cursors) {
    return sessions.ask(new SessionMessage.Subscribe(session, cursors));
  }

  /**
   * Adds channels that the session keeps without its user's permission, as a service does. The
   * record does not fence that, so a holder whose connection is over adds none; one whose
   * connection ends at this moment still may.
   */
  Future<?> grant(Map<ChannelName, Position> cursors) {
    if (closed.getAsBoolean()) {
      return Future.failedFuture(
          new HoldfastException(ErrorCode.FENCED, "the connection was closed meanwhile"));
    }
    SessionRef any = new SessionRef(session.tenant(), session.session(), 0);
    return sessions.ask(new SessionMessage.Subscribe(any, cursors));
  }

  /** Removes a channel. */
  Future<?> remove(ChannelName name) {
    return sessions.ask(new SessionMessage.Unsubscribe(session, name, false));
  }

  /**
   * Removes a channel that the user may no longer read.
   *
   * @return whether it is removed; not if a service has granted it
   */
  Future<Boolean> withdraw(ChannelName name) {
    return sessions
        .ask(new SessionMessage.Unsubscribe(session, name, true))
        .map(true)
        .recover(
            failure ->
                HoldfastException.from(failure).code() == ErrorCode.CONFLICT
                    ? Future.succeededFuture(false)
                    : Future.failedFuture(failure));
  }
}
