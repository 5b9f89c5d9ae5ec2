package dev.holdfast.channels;

import dev.holdfast.core.Channel;
import dev.holdfast.core.Position;
import dev.holdfast.protocol.EncodedFrame;
import io.vertx.core.Future;
import io.vertx.core.Promise;

/**
 * A channel's readers on one event loop, and the position up to which the hub has handed it on.
 * Confined to the fan-out's context.
 */
final class LocalChannel {
  private final Channel channel;
  private final Fanout fanout;
  private final Promise<Position> opening = Promise.promise();
  private final Readers<Subscription> readers = new Readers<>();
  private Position top;
  private int users;
  private boolean over;

  LocalChannel(Channel channel, Fanout fanout) {
    this.channel = channel;
    this.fanout = fanout;
  }

  Channel channel() {
    return channel;
  }

  /** Null until opened. */
  Position top() {
    return top;
  }

  Future<Subscription> add(Start start, Outlet outlet) {
    users++;
    Subscription subscription = new Subscription(this, fanout, outlet);
    return opening
        .future()
        .compose(position -> subscription.place(start))
        .onSuccess(this::placed)
        .onFailure(failure -> left());
  }

  private void placed(Subscription subscription) {
    readers.add(subscription);
    if (over) {
      subscription.gone();
    }
  }

  /** A reader is no more. */
  void remove(Subscription subscription) {
    if (readers.remove(subscription)) {
      left();
    }
  }

  private void left() {
    if (--users == 0) {
      fanout.remove(this);
    }
  }

  void opened(Position position) {
    boolean again = top != null;
    top = position;
    if (again) {
      // Closed and opened while the first answer was under way: what came between was not handed
      // on.
      readers.now().forEach(Subscription::compare);
    } else {
      opening.complete(position);
    }
  }

  void refused(Throwable failure) {
    opening.tryFail(failure);
  }

  /** The session whose channel it is, is no more. */
  void gone() {
    over = true;
    readers.now().forEach(Subscription::gone);
  }

  void deliver(Stretch stretch) {
    if (top == null) {
      return;
    }
    top = stretch.to();
    int delivered = 0;
    for (Subscription reader : readers.now()) {
      delivered += reader.deliver(stretch);
    }
    fanout.metrics().deliveries.increment(delivered);
  }

  void deliverVolatile(EncodedFrame frame) {
    for (Subscription reader : readers.now()) {
      reader.deliverVolatile(frame);
    }
  }
}
