package dev.holdfast.channels.fanout;

import dev.holdfast.channels.log.LogSegment;
import dev.holdfast.core.Channel;
import dev.holdfast.core.Position;
import dev.holdfast.protocol.EncodedFrame;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A channel's readers on one event loop, and the position up to which the hub has handed it on.
 * Confined to the fan-out's context.
 */
final class LocalChannel implements Handover.Place {
  private final Channel channel;
  private final Fanout fanout;
  private final Promise<Position> opening;
  private final Readers<Subscription> readers = new Readers<>();

  /** Made when something comes: most channels are idle. */
  private @Nullable Handover handover;

  private @Nullable Position top;
  private int users;
  private boolean expected;
  private boolean over;

  LocalChannel(Channel channel, Fanout fanout) {
    this.channel = channel;
    this.fanout = fanout;
    this.opening = fanout.promise();
  }

  Channel channel() {
    return channel;
  }

  /** Returns the position up to which the hub has handed it on; only valid once it is open. */
  Position top() {
    return Objects.requireNonNull(top);
  }

  Future<Subscription> add(Start start, FrameSink sink) {
    users++;
    Subscription subscription = new Subscription(this, fanout, sink);
    return opening
        .future()
        .compose(position -> subscription.place(start))
        .onSuccess(this::placed)
        .onFailure(failure -> left());
  }

  /** Keeps it open, for a session that is being made, until {@link #unhold}. */
  void hold() {
    users++;
    expected = true;
  }

  void unhold() {
    expected = false;
    left();
  }

  /** Returns whether it was opened for a session that is being made, and begins with it. */
  boolean isExpected() {
    return expected;
  }

  private void placed(Subscription subscription) {
    readers.add(subscription);
    if (over) {
      subscription.gone();
    }
  }

  /** Removes a reader. */
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
    drop(); // it ends there at the latest
    top = position;
    if (again) {
      // Closed and opened while the first answer was under way: events between were not handed on.
      readers.now().forEach(Subscription::compare);
    } else {
      opening.complete(position);
    }
  }

  void refused(Throwable failure) {
    opening.tryFail(failure);
  }

  /** Notifies the readers that the session with this channel no longer exists. */
  void gone() {
    over = true;
    drop();
    readers.now().forEach(Subscription::gone);
  }

  void deliver(LogSegment segment) {
    if (top != null) {
      handover().add(segment);
    }
  }

  void deliverVolatile(EncodedFrame frame) {
    handover().add(frame);
  }

  private Handover handover() {
    Handover known = handover;
    if (known == null) {
      known = new Handover(this, fanout::afterOthers);
      handover = known;
    }
    return known;
  }

  private void drop() {
    if (handover != null) {
      handover.drop();
    }
  }

  // --- for the hand-over

  /** Notes the position up to which the readers have been handed events. */
  @Override
  public void moved(Position to) {
    top = to;
  }

  @Override
  public List<Subscription> readers() {
    return readers.now();
  }

  @Override
  public void delivered(int publications) {
    fanout.metrics().deliveries.increment(publications);
  }
}
