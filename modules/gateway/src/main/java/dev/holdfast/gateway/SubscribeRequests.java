package dev.holdfast.gateway;

import dev.holdfast.channels.Start;
import dev.holdfast.core.Access;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.gateway.ChannelOrder.Turn;
import dev.holdfast.limits.Limit;
import dev.holdfast.limits.Place;
import dev.holdfast.protocol.ClientFrame;
import dev.holdfast.protocol.ReadFrom;
import dev.holdfast.protocol.ServerFrames;

/** What a client asks of its subscriptions. Confined to the event loop. */
final class SubscribeRequests {
  private final LiveSession session;
  private final Subscriptions subscriptions;

  SubscribeRequests(LiveSession session) {
    this.session = session;
    this.subscriptions = session.subscriptions;
  }

  void subscribe(ClientFrame.Subscribe frame) {
    session.order.alone(frame.channel(), frame.id(), turn -> subscribe(frame, turn));
  }

  private void subscribe(ClientFrame.Subscribe frame, Turn turn) {
    HoldfastException refusal = refusal(frame.channel());
    if (refusal != null) {
      turn.answer(() -> session.connection.refuse(frame.id(), refusal));
      return;
    }
    GatewayLoop loop = session.connection.loop;
    loop.services
        .limiter()
        .enter(loop.context, session.ref.tenant(), session.caller.user(), Limit.SUBSCRIPTIONS, 1)
        .onSuccess(place -> open(frame, turn, place))
        .onFailure(failure -> turn.answer(() -> session.connection.refuse(frame.id(), failure)));
  }

  private void open(ClientFrame.Subscribe frame, Turn turn, Place place) {
    HoldfastException refusal = place == null ? tooMany() : refusal(frame.channel());
    if (refusal != null || subscriptions.isClosed()) {
      leave(place);
      var closed = new HoldfastException(ErrorCode.UNAVAILABLE, "closed meanwhile");
      var told = refusal == null ? closed : refusal;
      turn.answer(() -> session.connection.refuse(frame.id(), told));
      return;
    }
    Reading reading = new Reading(frame.channel(), start(frame.from()), false);
    reading.in(place);
    subscriptions.add(reading);
    subscriptions
        .opening()
        .open(reading)
        .onSuccess(ready -> turn.answer(() -> begin(frame.id(), reading)))
        .onFailure(failure -> turn.answer(() -> failed(frame.id(), reading, failure)));
  }

  private static HoldfastException tooMany() {
    return HoldfastException.told(
        ErrorCode.LIMIT_EXCEEDED, "subscriptions: more than the user or tenant may have");
  }

  private static void leave(Place place) {
    if (place != null) {
      place.leave();
    }
  }

  private HoldfastException refusal(ChannelName name) {
    if (!Access.mayRead(session.caller, session.ref.session(), session.channel(name))) {
      return Access.refusal(session.caller, "subscribe", name);
    }
    if (subscriptions.reading(name) != null) {
      return new HoldfastException(ErrorCode.CONFLICT, "subscribed already");
    }
    return subscriptions.isFull()
        ? new HoldfastException(ErrorCode.LIMIT_EXCEEDED, "subscribe")
        : null;
  }

  private static Start start(ReadFrom from) {
    return switch (from.place()) {
      case LATEST -> Start.latest();
      case EARLIEST -> Start.earliest();
      case CURSOR -> Start.after(from.cursor());
    };
  }

  private void begin(String id, Reading reading) {
    if (reading.isPlaced()) {
      session.connection.out.send(ServerFrames.subscribeReply(id, reading.position()));
      subscriptions.opening().begin(reading);
    } else {
      var taken = new HoldfastException(ErrorCode.UNAVAILABLE, "taken back by a service meanwhile");
      session.connection.refuse(id, taken);
    }
  }

  private void failed(String id, Reading reading, Throwable failure) {
    subscriptions.drop(reading);
    subscriptions.doubtful(reading.name);
    session.connection.refuse(id, failure);
  }

  void unsubscribe(ClientFrame.Unsubscribe frame) {
    session.order.alone(frame.channel(), frame.id(), turn -> unsubscribe(frame, turn));
  }

  /** Waits for an opening that is under way, so that the record ends without the channel. */
  private void unsubscribe(ClientFrame.Unsubscribe frame, Turn turn) {
    Reading reading = subscriptions.reading(frame.channel());
    if (subscriptions.isOwn(frame.channel())) {
      var refusal = HoldfastException.told(ErrorCode.FORBIDDEN, "every session reads this channel");
      turn.answer(() -> session.connection.refuse(frame.id(), refusal));
    } else if (reading == null) {
      removeUnread(frame, turn);
    } else {
      reading.settled().onComplete(settled -> remove(frame, turn));
    }
  }

  /** Answered without the store, which anybody could keep busy otherwise, but where in doubt. */
  private void removeUnread(ClientFrame.Unsubscribe frame, Turn turn) {
    if (subscriptions.mayBeStored(frame.channel())) {
      remove(frame, turn);
    } else {
      turn.answer(() -> unsubscribed(frame));
    }
  }

  private void remove(ClientFrame.Unsubscribe frame, Turn turn) {
    Reading reading = subscriptions.reading(frame.channel());
    if (reading != null && reading.isPutOff()) {
      reading.end(); // or it would be opened again meanwhile
    }
    subscriptions
        .remove(frame.channel())
        .onSuccess(removed -> turn.answer(() -> unsubscribed(frame)))
        .onFailure(failure -> turn.answer(() -> session.connection.refuse(frame.id(), failure)));
  }

  private void unsubscribed(ClientFrame.Unsubscribe frame) {
    subscriptions.certain(frame.channel());
    subscriptions.end(frame.channel(), "requested");
    session.connection.out.send(ServerFrames.reply(frame.id(), "{}"));
  }
}
