package dev.holdfast.gateway;

import dev.holdfast.channels.Start;
import dev.holdfast.core.Access;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ChannelName.Kind;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.Position;
import dev.holdfast.limits.Limit;
import dev.holdfast.limits.Limiter;
import dev.holdfast.protocol.ClientFrame;
import dev.holdfast.protocol.ServerFrames;
import dev.holdfast.sessions.Attached;
import dev.holdfast.sessions.NodeNotice;
import dev.holdfast.sessions.SessionMessage;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What one connection reads. A subscription is in the session's record, with its first cursor,
 * before the client is told of it; what it reads begins after that. Confined to the event loop.
 */
final class Subscriptions {
  private final LiveSession session;
  private final Opening opening;
  private final Map<ChannelName, Reading> readings = new HashMap<>();
  private final Set<ChannelName> doubtful = new LinkedHashSet<>();
  private List<NodeNotice> early = new ArrayList<>();
  private boolean closed;

  Subscriptions(LiveSession session) {
    this.session = session;
    this.opening = new Opening(session, this);
  }

  /** Null where the channel is not read. */
  Reading reading(ChannelName name) {
    return readings.get(name);
  }

  boolean isFull() {
    return readings.size() >= GatewayConfig.CHANNEL_LIMIT + own().size();
  }

  boolean isClosed() {
    return closed;
  }

  /**
   * After the welcome: the session's own three channels, what it is subscribed to, and what the
   * client brought cursors for; the client's cursors win. What a service granted needs no
   * permission of the user's own.
   */
  void open(Attached attached, Map<ChannelName, Position> brought) {
    Map<ChannelName, Position> stored = attached.subscriptions();
    Set<ChannelName> wanted = new HashSet<>(stored.keySet());
    wanted.addAll(brought.keySet());
    List<ChannelName> own = own();
    wanted.removeAll(own);
    own.forEach(name -> opening.add(add(name, stored, brought)));
    for (ChannelName name : wanted) {
      if (attached.granted().contains(name)
          || Access.mayRead(session.caller, session.ref.session(), session.channel(name))) {
        opening.add(add(name, stored, brought));
      } else {
        forbidden(name, stored.containsKey(name));
      }
    }
    List<NodeNotice> waiting = early;
    early = null;
    waiting.forEach(this::notice);
    opening.next();
  }

  private List<ChannelName> own() {
    ChannelName user = ChannelName.user(session.caller.user());
    return List.of(ChannelName.TENANT, user, ChannelName.session(session.ref.session()));
  }

  Opening opening() {
    return opening;
  }

  boolean isOwn(ChannelName name) {
    return own().contains(name);
  }

  boolean reads(ChannelName name) {
    return readings.containsKey(name);
  }

  /**
   * A subscription failed, perhaps after the record had it. So many are kept as a session may have;
   * one that is forgotten is told to the client when it resumes.
   */
  void doubtful(ChannelName name) {
    if (doubtful.size() >= GatewayConfig.CHANNEL_LIMIT && !doubtful.contains(name)) {
      doubtful.remove(doubtful.iterator().next());
    }
    doubtful.add(name);
  }

  /** The record is known to be without the channel. */
  void certain(ChannelName name) {
    doubtful.remove(name);
  }

  /** Whether the record may have a channel that is not read. */
  boolean mayBeStored(ChannelName name) {
    return doubtful.contains(name);
  }

  private Reading add(
      ChannelName name, Map<ChannelName, Position> stored, Map<ChannelName, Position> brought) {
    Position cursor = brought.getOrDefault(name, stored.get(name));
    Start first = name.kind() == Kind.SESSION ? Start.earliest() : Start.latest();
    Start start = cursor == null ? first : Start.after(cursor);
    Reading reading = add(new Reading(name, start, stored.containsKey(name)));
    if (start instanceof Start.Latest) {
      // What the client publishes there from now on is to be found by it.
      session.order.alone(
          name, null, turn -> reading.settled().onComplete(open -> turn.answer(() -> {})));
    }
    return reading;
  }

  /** One that the session has already, or that a service gave it, is never one too many. */
  Reading add(Reading reading) {
    if (!reading.hasPlace() && !isOwn(reading.name)) {
      Limiter limiter = session.connection.loop.services.limiter();
      reading.in(limiter.force(session.ref.tenant(), user(), Limit.SUBSCRIPTIONS, 1));
    }
    readings.put(reading.name, reading);
    return reading;
  }

  private String user() {
    return session.caller.user();
  }

  /** The permission was withdrawn, or never given. */
  private void forbidden(ChannelName name, boolean stored) {
    session.connection.out.send(ServerFrames.unsubscribed(name, ErrorCode.FORBIDDEN.wireName()));
    if (stored) {
      remove(name).onFailure(session.connection::fail);
    }
  }

  /** Takes a channel out of the session's record. */
  Future<?> remove(ChannelName name) {
    var message = new SessionMessage.Unsubscribe(session.ref, name);
    return session.connection.loop.services.sessions().unsubscribe(message);
  }

  /** Ends a reading, where there is one, and tells why. */
  void end(ChannelName name, String code) {
    Reading reading = readings.get(name);
    if (reading != null) {
      drop(reading);
      session.connection.out.send(ServerFrames.unsubscribed(name, code));
    }
  }

  void drop(Reading reading) {
    reading.end();
    readings.remove(reading.name, reading);
  }

  /** What a service did to the session's record. */
  void notice(NodeNotice notice) {
    if (early != null) {
      early.add(notice);
    } else if (notice instanceof NodeNotice.Unsubscribed unsubscribed) {
      end(unsubscribed.channel(), "service");
    } else if (notice instanceof NodeNotice.Subscribed subscribed
        && !readings.containsKey(subscribed.channel())) {
      Start start = Start.after(subscribed.from());
      opening.add(add(new Reading(subscribed.channel(), start, true)));
      opening.next();
    }
  }

  void ack(ClientFrame.Ack frame) {
    boolean moved = false;
    for (var cursor : frame.cursors().entrySet()) {
      Reading reading = readings.get(cursor.getKey());
      moved |= reading != null && reading.ack(cursor.getValue());
    }
    if (moved) {
      session.connection.loop.cursors.moved(session);
    }
  }

  /** Acknowledged cursors that are not stored yet; also after {@link #close}. */
  Map<ChannelName, Position> unsaved() {
    Map<ChannelName, Position> unsaved = new HashMap<>();
    for (Reading reading : readings.values()) {
      if (reading.unsaved() != null) {
        unsaved.put(reading.name, reading.unsaved());
      }
    }
    return unsaved;
  }

  void saved(Map<ChannelName, Position> cursors) {
    cursors.forEach(
        (name, cursor) -> {
          if (readings.containsKey(name)) {
            readings.get(name).saved(cursor);
          }
        });
  }

  void close() {
    closed = true;
    readings.values().forEach(Reading::end);
  }
}
