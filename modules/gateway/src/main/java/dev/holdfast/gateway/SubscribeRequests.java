package dev.holdfast.gateway;

import dev.holdfast.channels.Start;
import dev.holdfast.core.Access;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
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
    ErrorCode refusal = refusal(frame.channel());
    if (refusal != null) {
      session.connection.refuse(frame.id(), new HoldfastException(refusal, "subscribe"));
      return;
    }
    Reading reading = subscriptions.add(new Reading(frame.channel(), start(frame.from()), false));
    subscriptions
        .opening()
        .open(reading)
        .onSuccess(ready -> begin(frame.id(), reading))
        .onFailure(failure -> failed(frame.id(), reading, failure));
  }

  private ErrorCode refusal(ChannelName name) {
    if (!Access.mayRead(session.caller, session.ref.session(), session.channel(name))) {
      return ErrorCode.FORBIDDEN;
    }
    if (subscriptions.reading(name) != null) {
      return ErrorCode.CONFLICT;
    }
    return subscriptions.isFull() ? ErrorCode.LIMIT_EXCEEDED : null;
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
    }
  }

  private void failed(String id, Reading reading, Throwable failure) {
    subscriptions.drop(reading);
    session.connection.refuse(id, failure);
  }

  /** Waits for a subscribe that is under way, so that the record ends without the channel. */
  void unsubscribe(ClientFrame.Unsubscribe frame) {
    Reading reading = subscriptions.reading(frame.channel());
    if (subscriptions.isOwn(frame.channel())) {
      var refusal = new HoldfastException(ErrorCode.FORBIDDEN, "unsubscribe from its own");
      session.connection.refuse(frame.id(), refusal);
    } else if (reading == null) {
      unsubscribe(frame.id(), frame.channel());
    } else {
      reading.settled().onComplete(settled -> unsubscribe(frame.id(), frame.channel()));
    }
  }

  private void unsubscribe(String id, ChannelName name) {
    subscriptions
        .remove(name)
        .onSuccess(removed -> unsubscribed(id, name))
        .onFailure(failure -> session.connection.refuse(id, failure));
  }

  private void unsubscribed(String id, ChannelName name) {
    subscriptions.end(name, "requested");
    session.connection.out.send(ServerFrames.reply(id, "{}"));
  }
}
