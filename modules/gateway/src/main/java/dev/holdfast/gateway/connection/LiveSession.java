package dev.holdfast.gateway.connection;

import dev.holdfast.auth.Verified;
import dev.holdfast.channels.fanout.Fanout;
import dev.holdfast.core.Caller;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Position;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.gateway.attachment.Attachments;
import dev.holdfast.gateway.attachment.HeldSession;
import dev.holdfast.gateway.connection.pace.Pace;
import dev.holdfast.gateway.session.ChannelOrder;
import dev.holdfast.gateway.session.ChannelTokens;
import dev.holdfast.gateway.session.ClientSession;
import dev.holdfast.gateway.session.Publishing;
import dev.holdfast.gateway.session.Refreshing;
import dev.holdfast.gateway.session.Requests;
import dev.holdfast.gateway.subscription.Opening;
import dev.holdfast.gateway.subscription.Readings;
import dev.holdfast.gateway.subscription.RunReadings;
import dev.holdfast.gateway.subscription.SubscribeRequests;
import dev.holdfast.gateway.subscription.Subscriptions;
import dev.holdfast.protocol.ClientFrame;
import dev.holdfast.protocol.CloseCode;
import dev.holdfast.protocol.Decoded;
import dev.holdfast.protocol.ServerFrames;
import dev.holdfast.sessions.Attached;
import dev.holdfast.sessions.NodeNotice;
import dev.holdfast.sessions.SessionMessage;
import dev.holdfast.sessions.SessionRef;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A session while this connection holds it: takes the client's frames and the node's notices.
 * Confined to the event loop, except for the methods of {@link
 * dev.holdfast.gateway.attachment.Holder}.
 */
public final class LiveSession implements ClientFrame.Handler, HeldSession {
  /** Bytes of unanswered requests at which nothing more is read. */
  private static final long ROOM = 1 << 20;

  /**
   * Unanswered subscriptions and unsubscriptions at which nothing more is read; each is a request
   * to the store.
   */
  private static final int MOST_ALONE = 64;

  private final Connection connection;
  private final ClientSession session;
  private final ServiceClient sessions;
  private final Fanout fanout;
  private final Attachments attachments;
  private final ChannelOrder order;
  private final Pace pace;
  private final Readings readings;
  private final Subscriptions subscriptions;
  private final ChannelTokens tokens;
  private final SubscribeRequests subscribing;
  private final Publishing publishing;
  private final Requests requests;
  private final Refreshing refreshing;
  private boolean full;

  LiveSession(
      Connection connection, ClientSession session, SessionWiring parts, TokenChecks check) {
    this.connection = connection;
    this.session = session;
    this.sessions = parts.sessions();
    this.fanout = parts.fanout();
    this.attachments = parts.attachments();
    this.order = new ChannelOrder(connection::refuse, this::freed);
    this.pace = parts.pace(session, connection, new PaceBrake(connection));
    this.readings = parts.readings(session, connection);
    Opening opening = parts.opening(session, connection, connection.sink(), readings);
    RunReadings runs = parts.runs(session, connection.sink());
    this.subscriptions = parts.subscriptions(session, connection, order, readings, opening, runs);
    var turns = new TokenTurns(check, parts.metrics(), new TokenOwner(check));
    this.tokens = parts.tokens(session, connection, turns);
    this.subscribing = parts.subscribing(session, connection, order, tokens, opening, runs);
    this.publishing = parts.publishing(session, connection, order);
    this.requests = parts.requests(session, connection);
    this.refreshing = new Refreshing(session, connection, check::verify, tokens, turns);
  }

  /** Lets tokens act on this connection. */
  private final class TokenOwner implements TokenTurns.Owner {
    private final TokenChecks check;

    TokenOwner(TokenChecks check) {
      this.check = check;
    }

    @Override
    public void hold(boolean hold) {
      if (hold) {
        connection.pause(Hold.REFRESH);
      } else {
        connection.resume(Hold.REFRESH);
      }
    }

    @Override
    public void strange() {
      connection.strange();
    }

    @Override
    public void permissionsChanged() {
      subscriptions.permissionsChanged();
    }

    @Override
    public void tokenChanged() {
      closeIfRefused(check::refusal);
    }
  }

  /** Brakes the connection. */
  private record PaceBrake(Connection connection) implements Pace.Brake {
    @Override
    public void hold() {
      connection.pause(Hold.PACE);
    }

    @Override
    public void release() {
      connection.resume(Hold.PACE);
    }

    @Override
    public void tooFast() {
      connection.close(CloseCode.TOO_FAST);
    }
  }

  @Override
  public SessionRef ref() {
    return session.ref();
  }

  Caller.User caller() {
    return session.caller();
  }

  /**
   * Notifies the client once that its token ends, and ends what ended channel tokens had added.
   *
   * @param grace ms for which the token may be over
   * @return whether it is over for longer
   */
  boolean tokenIsOver(long grace) {
    if (session.takesExpiryNotice() && connection.answers()) {
      connection.send(ServerFrames.expiring(session.left()));
    }
    if (session.grants().takeEnded()) {
      subscriptions.permissionsChanged();
    }
    return session.expired(connection.answers() ? grace : 0);
  }

  /** Opens its channels, after the welcome. */
  void open(Attached attached, ClientFrame.Hello hello) {
    // The channels to which this session published before. Publications to them by its older
    // connections are refused by now.
    publishing.resumed(attached.published());
    tokens.resumed(attached.grants());
    subscriptions.open(attached, hello);
  }

  /** Stops: the connection ends, or the session is no longer its own. */
  void stop() {
    readings.close();
    order.close();
    pace.stop();
    session.grants().close();
    attachments.letGo(this);
  }

  /** Detaches the session in its record, after {@link #stop}. */
  void detach() {
    attachments.detach(this);
  }

  /**
   * Takes a frame when its time has come.
   *
   * @param then gets it
   */
  public void take(Decoded frame, int bytes, Consumer<Decoded> then) {
    pace.frame(frame, bytes, then);
  }

  public boolean reads(ChannelName name) {
    return readings.has(name);
  }

  @Override
  public void hello(ClientFrame.Hello frame) {
    connection.fail(new HoldfastException(ErrorCode.BAD_REQUEST, "a second hello"));
  }

  @Override
  public void subscribe(ClientFrame.Subscribe frame) {
    subscribing.subscribe(frame);
    checkRoom();
  }

  @Override
  public void unsubscribe(ClientFrame.Unsubscribe frame) {
    subscribing.unsubscribe(frame);
    checkRoom();
  }

  @Override
  public void publish(ClientFrame.Publish frame) {
    publishing.publish(frame);
    checkRoom();
  }

  /** Stops reading while much is unanswered; a frame that was read already is always taken. */
  private void checkRoom() {
    full = isFull();
    if (full) {
      connection.pause(Hold.ROOM);
    }
  }

  private boolean isFull() {
    return order.bytes() >= ROOM || order.alone() >= MOST_ALONE;
  }

  private void freed() {
    if (full && !isFull()) {
      full = false;
      connection.resume(Hold.ROOM);
    }
  }

  /** Returns whether frames of the client wait here. */
  boolean waits() {
    return full || pace.holds() || refreshing.busy();
  }

  @Override
  public void request(ClientFrame.Request frame) {
    requests.request(frame);
  }

  @Override
  public void refresh(ClientFrame.Refresh frame) {
    refreshing.refresh(frame);
  }

  /** Notes the cursors. They are stored with the next comparison, or the detach, or sooner. */
  @Override
  public void ack(ClientFrame.Ack frame) {
    if (subscriptions.ack(frame) && !session.keepsCursors()) {
      attachments.moved(this);
    }
  }

  @Override
  public void close(ClientFrame.Close frame) {
    SessionRef ref = session.ref();
    sessions
        .ask(new SessionMessage.Close(session.caller(), ref.tenant(), ref.session(), "closed"))
        .onSuccess(done -> connection.closeWithout(CloseCode.ENDED))
        .onFailure(failure -> connection.refuse(null, failure));
  }

  /** Ends the session of a connection that is closed, to which nobody comes back. */
  public void end() {
    SessionRef ref = session.ref();
    sessions.ask(new SessionMessage.Close(caller(), ref.tenant(), ref.session(), "closed"));
  }

  @Override
  public void ping(ClientFrame.Ping frame) {
    connection.send(ServerFrames.PONG);
  }

  /** Measures the pace; the sign of life was noted before. */
  @Override
  public void pong(ClientFrame.Pong frame) {
    pace.pong();
  }

  @Override
  public void deliver(NodeNotice notice) {
    connection.onContext(on -> notice(notice));
  }

  private void notice(NodeNotice notice) {
    if (connection.phase() == Connection.Phase.CLOSED) {
      return;
    }
    if (notice instanceof NodeNotice.Over over) {
      if (over.concerns(ref().generation())) {
        over(over);
      }
    } else if (notice instanceof NodeNotice.Disconnect wish) {
      if (wish.connection() == null || wish.connection().equals(connection.id())) {
        connection.close(CloseCode.DISCONNECTED);
      }
    } else {
      subscriptions.notice(notice);
    }
  }

  private void over(NodeNotice.Over notice) {
    if (notice instanceof NodeNotice.Ended ended) {
      boolean revoked = SessionMessage.Close.REVOKED.equals(ended.reason());
      connection.closeWithout(revoked ? CloseCode.REVOKED : CloseCode.ENDED);
    } else {
      connection.replaced(notice.generation());
    }
  }

  @Override
  public void replacedBy(long generation) {
    connection.onContext(on -> on.replaced(generation));
  }

  @Override
  public void closeIfRefused(Function<Verified, Optional<ErrorCode>> refusal) {
    if (refusal.apply(session.token()).isPresent()) {
      connection.onContext(on -> closeRefused(refusal));
    }
    if (session.grants().anyRefused(refusal)) {
      connection.onContext(on -> tokens.endRefused());
    }
  }

  /** The client may have shown another token meanwhile. */
  private void closeRefused(Function<Verified, Optional<ErrorCode>> refusal) {
    refusal.apply(session.token()).ifPresent(why -> connection.close(Closing.of(why)));
  }

  @Override
  public void sendAway() {
    connection.onContext(on -> on.close(CloseCode.UNAVAILABLE));
  }

  @Override
  public boolean askToMove() {
    if (!connection.mayMove()) {
      return false;
    }
    connection.onContext(Connection::askToMove);
    return true;
  }

  /**
   * Handles a report that a channel no longer exists. For the session's own channel the record
   * decides; another session's, which a service gave it, just ends.
   */
  void gone(ChannelName name) {
    if (readings.isOwn(name)) {
      attachments.hurry(this);
    } else {
      readings.end(name, ErrorCode.NOT_FOUND.wireName());
    }
  }

  /** Hands on to readers that fell behind: the client takes more again. */
  void drained() {
    fanout.drained(connection.sink());
  }

  @Override
  public Map<ChannelName, Position> unsaved() {
    return readings.unsaved();
  }

  @Override
  public void saved(Map<ChannelName, Position> cursors) {
    readings.saved(cursors);
  }

  @Override
  public boolean isClosed() {
    return readings.isClosed();
  }

  @Override
  public void judged(@Nullable ErrorCode why) {
    connection.judged(why);
  }
}
