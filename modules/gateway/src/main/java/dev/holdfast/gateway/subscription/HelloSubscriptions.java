package dev.holdfast.gateway.subscription;

import dev.holdfast.core.Access;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ChannelName.Kind;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.gateway.session.ChannelOrder;
import dev.holdfast.gateway.session.ChannelOrder.Turn;
import dev.holdfast.gateway.session.ClientLink;
import dev.holdfast.gateway.session.ClientSession;
import dev.holdfast.limits.Place;
import dev.holdfast.protocol.ReadFrom;
import dev.holdfast.protocol.ServerFrames;
import io.vertx.core.Future;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Subscriptions that a hello names and its session does not have. Each is held to the permissions,
 * rates and limits of a {@code subscribe}. One that is refused has paid, too; it is reported by its
 * channel's name, and stops no other. Confined to the event loop.
 */
final class HelloSubscriptions {
  private final ClientSession session;
  private final ClientLink client;
  private final ChannelOrder order;
  private final Readings readings;
  private final Opening opening;
  private final RunReadings runs;

  HelloSubscriptions(
      ClientSession session,
      ClientLink client,
      ChannelOrder order,
      Opening opening,
      RunReadings runs) {
    this.session = session;
    this.client = client;
    this.order = order;
    this.readings = opening.readings();
    this.opening = opening;
    this.runs = runs;
  }

  /**
   * Subscribes. What the client sends about the channel behind its hello is done after that.
   *
   * @param known the channels that need nothing here
   */
  void open(ChannelName name, ReadFrom from, Set<ChannelName> known) {
    if (!known.contains(name)) {
      order.alone(name, null, turn -> begin(name, from, turn));
    }
  }

  private void begin(ChannelName name, ReadFrom from, Turn turn) {
    if (readings.has(name)) { // by a service
      turn.answer(() -> {});
      return;
    }
    readings
        .turn()
        .onSuccess(paid -> ask(name, from, turn))
        .onFailure(failure -> refuse(name, failure, turn));
  }

  /** Asks the service of runs, say, only for what is paid for and still wanted. */
  private void ask(ChannelName name, ReadFrom from, Turn turn) {
    if (readings.isClosed() || readings.has(name)) { // a service was faster
      turn.answer(() -> {});
      return;
    }
    if (readings.isFull()) {
      refuse(name, full(), turn);
      return;
    }
    Future.succeededFuture()
        .compose(go -> reading(name, from))
        .onSuccess(reading -> place(reading, turn))
        .onFailure(failure -> refuse(name, failure, turn));
  }

  private Future<Reading> reading(ChannelName name, ReadFrom from) {
    if (name.kind() == Kind.RUN) {
      return runs.reading(name, from);
    }
    if (!readings.isPermitted(name)) {
      return Future.failedFuture(Access.refusal(session.caller(), "subscribe", name));
    }
    return from.place() == ReadFrom.Place.SNAPSHOT
        ? Future.failedFuture(SubscribeRequests.noSnapshot())
        : Future.succeededFuture(new Reading(name, SubscribeRequests.start(from), false));
  }

  private void place(Reading reading, Turn turn) {
    readings
        .place()
        .onSuccess(place -> open(reading, place, turn))
        .onFailure(failure -> refuse(reading.name, failure, turn));
  }

  private void open(Reading reading, @Nullable Place place, Turn turn) {
    if (readings.isClosed() || readings.has(reading.name)) { // a service was faster
      SubscribeRequests.leave(place);
      turn.answer(() -> {});
      return;
    }
    HoldfastException refusal = refusal(reading);
    if (place == null || refusal != null) {
      SubscribeRequests.leave(place);
      refuse(reading.name, refusal == null ? SubscribeRequests.tooMany() : refusal, turn);
      return;
    }
    reading.in(place);
    opening.add(readings.add(reading));
    opening.next();
    reading.settled().onComplete(settled -> turn.answer(() -> {}));
  }

  /** Returns why not: its user may have fewer permissions than before. */
  private @Nullable HoldfastException refusal(Reading reading) {
    if (!reading.isGranted() && !readings.isPermitted(reading.name)) {
      return Access.refusal(session.caller(), "subscribe", reading.name);
    }
    return readings.isFull() ? full() : null;
  }

  private static HoldfastException full() {
    return new HoldfastException(ErrorCode.LIMIT_EXCEEDED, "subscriptions");
  }

  /**
   * Refuses; what a token added for the channel ends with it. With {@code internal}, the client
   * names the channel again in its next hello.
   */
  private void refuse(ChannelName name, Throwable failure, Turn turn) {
    ErrorCode code = HoldfastException.from(failure).code();
    ErrorCode reported = code.retryable ? ErrorCode.INTERNAL : code;
    turn.answer(
        () -> {
          if (!readings.has(name)) {
            session.grants().drop(name);
          }
          client.send(ServerFrames.unsubscribed(name, reported.wireName()));
        });
  }
}
