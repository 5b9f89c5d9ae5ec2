package dev.holdfast.gateway.subscription;

import dev.holdfast.channels.fanout.Start;
import dev.holdfast.core.Access;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ChannelName.Kind;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.gateway.session.ChannelOrder;
import dev.holdfast.gateway.session.ChannelOrder.Turn;
import dev.holdfast.gateway.session.ChannelTokens;
import dev.holdfast.gateway.session.ClientLink;
import dev.holdfast.gateway.session.ClientSession;
import dev.holdfast.limits.Place;
import dev.holdfast.protocol.ClientFrame;
import dev.holdfast.protocol.ReadFrom;
import dev.holdfast.protocol.ServerFrames;
import io.vertx.core.Future;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Requests of a client for subscriptions. Confined to the event loop. */
public final class SubscribeRequests {
  private final ClientSession session;
  private final ClientLink client;
  private final ChannelOrder order;
  private final ChannelTokens tokens;
  private final Readings readings;
  private final Opening opening;
  private final SubscriptionRecord stored;
  private final RunReadings runs;

  public SubscribeRequests(
      ClientSession session,
      ClientLink client,
      ChannelOrder order,
      ChannelTokens tokens,
      Opening opening,
      RunReadings runs) {
    this.session = session;
    this.client = client;
    this.order = order;
    this.tokens = tokens;
    this.readings = opening.readings();
    this.opening = opening;
    this.stored = opening.record();
    this.runs = runs;
  }

  public void subscribe(ClientFrame.Subscribe frame) {
    order.alone(frame.channel(), frame.id(), turn -> begin(frame, turn));
  }

  private void begin(ClientFrame.Subscribe frame, Turn turn) {
    String token = frame.token();
    if (token == null) {
      subscribe(frame, turn);
    } else {
      tokens.take(frame, token, turn, () -> subscribe(frame, turn));
    }
  }

  private void subscribe(ClientFrame.Subscribe frame, Turn turn) {
    HoldfastException refusal = refusal(frame);
    if (refusal != null) {
      refuse(frame, turn, refusal);
      return;
    }
    Reading known = readings.get(frame.channel());
    if (known != null) {
      repeated(frame, turn, known);
      return;
    }
    Future<Reading> wanted =
        frame.channel().kind() == Kind.RUN
            ? runs.reading(frame.channel(), frame.from())
            : Future.succeededFuture(new Reading(frame.channel(), start(frame.from()), false));
    wanted
        .onSuccess(reading -> place(frame, turn, reading))
        .onFailure(failure -> refuse(frame, turn, failure));
  }

  private void place(ClientFrame.Subscribe frame, Turn turn, Reading reading) {
    readings
        .place()
        .onSuccess(place -> open(frame, turn, reading, place))
        .onFailure(failure -> refuse(frame, turn, failure));
  }

  private void open(
      ClientFrame.Subscribe frame, Turn turn, Reading reading, @Nullable Place place) {
    Reading known = readings.get(frame.channel());
    if (known != null) { // a service was faster
      leave(place);
      repeated(frame, turn, known);
      return;
    }
    HoldfastException refusal = place == null ? tooMany() : refusal(frame, reading);
    if (place == null || refusal != null || readings.isClosed()) {
      leave(place);
      var closed = new HoldfastException(ErrorCode.UNAVAILABLE, "closed meanwhile");
      refuse(frame, turn, refusal == null ? closed : refusal);
      return;
    }
    reading.in(place);
    readings.add(reading);
    opening
        .open(reading)
        .onSuccess(ready -> turn.answer(() -> begin(frame, reading)))
        .onFailure(failure -> turn.answer(() -> failed(frame, reading, failure)));
  }

  /**
   * Answers a subscription of a channel that is read already: the answer to the first one may have
   * been lost. Its place is the cursor of this connection.
   */
  private void repeated(ClientFrame.Subscribe frame, Turn turn, Reading known) {
    known.settled().onComplete(settled -> turn.answer(() -> answer(frame, known)));
  }

  private boolean answer(ClientFrame.Subscribe frame, Reading reading) {
    if (reading.isPlaced()) {
      long left = frame.token() == null ? 0 : session.grants().left(reading.name);
      client.send(ServerFrames.subscribeReply(frame.id(), reading.position(), left));
    } else {
      client.refuse(frame.id(), new HoldfastException(ErrorCode.UNAVAILABLE, "not read now"));
    }
    return reading.isPlaced();
  }

  static HoldfastException tooMany() {
    return HoldfastException.withPublicMessage(
        ErrorCode.LIMIT_EXCEEDED, "subscriptions: more than the user or tenant may have");
  }

  static void leave(@Nullable Place place) {
    if (place != null) {
      place.leave();
    }
  }

  /** Returns why not: its user may have fewer permissions since it was found. */
  private @Nullable HoldfastException refusal(ClientFrame.Subscribe frame, Reading reading) {
    return reading.isGranted() || readings.isPermitted(reading.name)
        ? refusal(frame)
        : Access.refusal(session.caller(), "subscribe", reading.name);
  }

  /** Returns why not; of a run's channel {@link RunReadings} knows the rest. */
  private @Nullable HoldfastException refusal(ClientFrame.Subscribe frame) {
    ChannelName name = frame.channel();
    boolean ofRun = name.kind() == Kind.RUN;
    if (!ofRun && !readings.isPermitted(name)) {
      return Access.refusal(session.caller(), "subscribe", name);
    }
    if (!ofRun && frame.from().place() == ReadFrom.Place.SNAPSHOT) {
      return noSnapshot();
    }
    boolean full = readings.isFull() && readings.get(name) == null;
    return full ? new HoldfastException(ErrorCode.LIMIT_EXCEEDED, "subscribe") : null;
  }

  static HoldfastException noSnapshot() {
    return HoldfastException.withPublicMessage(
        ErrorCode.BAD_REQUEST, "from: only run: channels have a snapshot");
  }

  /** Returns the start; of a snapshot that is not there, the earliest. */
  static Start start(ReadFrom from) {
    return switch (from.place()) {
      case LATEST -> Start.latest();
      case EARLIEST, SNAPSHOT -> Start.earliest();
      case CURSOR -> Start.after(Objects.requireNonNull(from.cursor(), "a cursor"));
    };
  }

  private void begin(ClientFrame.Subscribe frame, Reading reading) {
    if (answer(frame, reading)) {
      opening.begin(reading);
    }
  }

  private void failed(ClientFrame.Subscribe frame, Reading reading, Throwable failure) {
    readings.drop(reading);
    readings.doubtful(reading.name);
    unread(frame.channel());
    client.refuse(frame.id(), failure);
  }

  private void refuse(ClientFrame.Subscribe frame, Turn turn, Throwable failure) {
    turn.answer(
        () -> {
          unread(frame.channel());
          client.refuse(frame.id(), failure);
        });
  }

  /**
   * What a token adds for a channel that is not read goes with it: so there are no more of them.
   */
  private void unread(ChannelName name) {
    if (!readings.has(name)) {
      session.grants().drop(name);
    }
  }

  public void unsubscribe(ClientFrame.Unsubscribe frame) {
    order.alone(frame.channel(), frame.id(), turn -> unsubscribe(frame, turn));
  }

  /**
   * Ends a subscription. It waits for an opening that is under way, so that the record ends without
   * the channel.
   */
  private void unsubscribe(ClientFrame.Unsubscribe frame, Turn turn) {
    Reading reading = readings.get(frame.channel());
    if (readings.isOwn(frame.channel())) {
      var refusal =
          HoldfastException.withPublicMessage(
              ErrorCode.FORBIDDEN, "every session reads this channel");
      turn.answer(() -> client.refuse(frame.id(), refusal));
    } else if (reading == null) {
      removeUnread(frame, turn);
    } else {
      reading.settled().onComplete(settled -> remove(frame, turn));
    }
  }

  /** Answers without the store, which anybody could keep busy otherwise; if in doubt, with it. */
  private void removeUnread(ClientFrame.Unsubscribe frame, Turn turn) {
    if (readings.mayBeStored(frame.channel())) {
      remove(frame, turn);
    } else {
      turn.answer(() -> unsubscribed(frame));
    }
  }

  private void remove(ClientFrame.Unsubscribe frame, Turn turn) {
    Reading reading = readings.get(frame.channel());
    if (reading != null && reading.isPutOff()) {
      reading.end(); // or it would be opened again meanwhile
    }
    stored
        .remove(frame.channel())
        .onSuccess(removed -> turn.answer(() -> unsubscribed(frame)))
        .onFailure(failure -> turn.answer(() -> client.refuse(frame.id(), failure)));
  }

  private void unsubscribed(ClientFrame.Unsubscribe frame) {
    readings.certain(frame.channel());
    readings.end(frame.channel(), "requested");
    unread(frame.channel());
    client.send(ServerFrames.reply(frame.id(), "{}"));
  }
}
