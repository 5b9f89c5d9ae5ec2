package dev.holdfast.channels;

import dev.holdfast.core.Channel;
import dev.holdfast.core.Position;
import dev.holdfast.protocol.EncodedFrame;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;

/**
 * A channel's readers on one event loop, and the position up to which the hub has handed it on.
 * Confined to the fan-out's context.
 */
final class LocalChannel {
  private final Channel channel;
  private final Fanout fanout;
  private final Promise<Position> opening = Promise.promise();
  private final List<Subscription> readers = new ArrayList<>();
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
    subscription.slot = readers.size();
    readers.add(subscription);
    if (over) {
      subscription.gone();
    }
  }

  /**
   * A reader is no more. The last one takes its place, so that thousands can leave one channel at a
   * time without a search for each.
   */
  void remove(Subscription subscription) {
    int slot = subscription.slot;
    if (slot < 0) {
      return;
    }
    subscription.slot = -1;
    Subscription last = readers.remove(readers.size() - 1);
    if (last != subscription) {
      readers.set(slot, last);
      last.slot = slot;
    }
    left();
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
      List.copyOf(readers).forEach(Subscription::compare);
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
    List.copyOf(readers).forEach(Subscription::gone);
  }

  void deliver(Stretch stretch) {
    if (top == null) {
      return;
    }
    top = stretch.to();
    int delivered = 0;
    for (Subscription reader : List.copyOf(readers)) {
      delivered += reader.deliver(stretch);
    }
    fanout.metrics().deliveries.increment(delivered);
  }

  void deliverVolatile(EncodedFrame frame) {
    for (Subscription reader : List.copyOf(readers)) {
      reader.deliverVolatile(frame);
    }
  }
}
