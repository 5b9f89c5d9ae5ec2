package dev.holdfast.gateway;

import dev.holdfast.auth.Verified;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.protocol.ClientFrame;
import dev.holdfast.protocol.CloseCode;
import dev.holdfast.protocol.ServerFrames;
import dev.holdfast.sessions.NodeNotice;
import dev.holdfast.sessions.SessionMessage;
import dev.holdfast.sessions.SessionRef;
import java.util.Set;

/**
 * A session as long as this connection holds it: where its frames and its notices go. Confined to
 * the event loop.
 */
final class LiveSession implements ClientFrame.Handler {
  /** Bytes of what is unanswered. */
  private static final long ROOM = 1 << 20;

  /** Subscriptions and unsubscriptions that are unanswered, each a request to the store. */
  private static final int MOST_ALONE = 64;

  final Connection connection;
  final SessionRef ref;
  final Caller.User caller;
  final Subscriptions subscriptions;
  final ChannelOrder order;
  private boolean full;
  final Pace pace;
  private final SubscribeRequests subscribing;
  private final Publishing publishing;
  private final Requests requests;
  private final long expiresAt;

  LiveSession(Connection connection, Verified verified, SessionRef ref) {
    this.connection = connection;
    this.ref = ref;
    this.caller = verified.caller();
    this.expiresAt = verified.expiresAt();
    this.order = new ChannelOrder(connection::refuse, this::freed);
    this.pace = new Pace(connection, caller);
    this.subscriptions = new Subscriptions(this);
    this.subscribing = new SubscribeRequests(this);
    this.publishing = new Publishing(this);
    this.requests = new Requests(this);
  }

  /** The address of a channel in the session's own tenant. */
  Channel channel(ChannelName name) {
    return new Channel(ref.tenant(), name);
  }

  /** Whether the token has expired. */
  boolean expired() {
    return expiresAt != 0 && System.currentTimeMillis() >= expiresAt;
  }

  /** The connection ends, or the session is no longer its own. */
  void stop() {
    subscriptions.close();
    order.close();
    connection.loop.cursors.forget(this);
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

  /**
   * @param channels that this session published to before, and where what an older connection of it
   *     publishes is refused by now
   */
  void published(Set<ChannelName> channels) {
    publishing.resumed(channels);
  }

  @Override
  public void publish(ClientFrame.Publish frame) {
    publishing.publish(frame);
    checkRoom();
  }

  /** Nothing more is read while much is unanswered; a frame that was read is always let in. */
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

  /** Whether the client waits for us. */
  boolean holds() {
    return full || pace.holds();
  }

  @Override
  public void request(ClientFrame.Request frame) {
    requests.request(frame);
  }

  @Override
  public void ack(ClientFrame.Ack frame) {
    subscriptions.ack(frame);
  }

  @Override
  public void close(ClientFrame.Close frame) {
    var message = new SessionMessage.Close(caller, ref.tenant(), ref.session(), "closed");
    connection
        .loop
        .services
        .sessions()
        .close(message)
        .onSuccess(done -> connection.closeWithout(CloseCode.ENDED))
        .onFailure(failure -> connection.refuse(null, failure));
  }

  @Override
  public void ping(ClientFrame.Ping frame) {
    connection.out.send(ServerFrames.PONG);
  }

  /** That something came was noted before. */
  @Override
  public void pong(ClientFrame.Pong frame) {
    pace.pong();
  }

  void notice(NodeNotice notice) {
    if (connection.phase() == Connection.Phase.CLOSED) {
      return;
    }
    if (notice instanceof NodeNotice.Over over) {
      if (over.concerns(ref.generation())) {
        over(over);
      }
    } else if (notice instanceof NodeNotice.Disconnect wish) {
      if (wish.connection() == null || wish.connection().equals(connection.id)) {
        connection.close(CloseCode.DISCONNECTED);
      }
    } else {
      subscriptions.notice(notice);
    }
  }

  /** Of its own channel the record says more; another's, which a service gave it, just ends. */
  void gone(ChannelName name) {
    if (subscriptions.isOwn(name)) {
      connection.loop.holds.hurry(this);
    } else {
      subscriptions.end(name, ErrorCode.NOT_FOUND.wireName());
    }
  }

  private void over(NodeNotice.Over notice) {
    if (notice instanceof NodeNotice.Ended ended) {
      boolean revoked = "revoked".equals(ended.reason());
      connection.closeWithout(revoked ? CloseCode.REVOKED : CloseCode.ENDED);
    } else {
      connection.replaced(notice.generation());
    }
  }
}
