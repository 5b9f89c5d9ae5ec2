package dev.holdfast.channels.service;

import dev.holdfast.channels.fanout.Fanout;
import dev.holdfast.channels.fanout.FrameSink;
import dev.holdfast.channels.fanout.HubVerticle;
import dev.holdfast.channels.fanout.Start;
import dev.holdfast.channels.fanout.Subscription;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Position;
import dev.holdfast.protocol.EncodedFrame;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import org.jspecify.annotations.Nullable;

/**
 * Waits for channels to move past a cursor, without asking Redis again and again: each wait is a
 * reader of this node's hub. Confined to its context.
 */
final class Arrivals {
  private static final int MAX_WAITING = 10_000;

  private final Vertx vertx;
  private final Context context;
  private final Fanout fanout;
  private int waiting;

  Arrivals(Vertx vertx, Context context, HubVerticle hub) {
    this.vertx = vertx;
    this.context = context;
    this.fanout = new Fanout(context, hub);
  }

  /**
   * Waits for an entry after a cursor.
   *
   * @param cursor none: waits for the first entry
   * @param wait ms, positive
   * @return completes when an entry follows on the cursor, or after the wait; fails with
   *     RATE_LIMITED if too many wait on this node
   */
  Future<Void> after(Channel channel, @Nullable Position cursor, long wait) {
    if (waiting >= MAX_WAITING) {
      return Future.failedFuture(
          new HoldfastException(ErrorCode.RATE_LIMITED, "too many fetches wait on this node"));
    }
    waiting++;
    Arrival arrival = new Arrival();
    long timer = vertx.setTimer(wait, late -> arrival.moved.tryComplete());
    Start start = cursor == null ? Start.earliest() : Start.after(cursor);
    fanout
        .open(channel, start, arrival)
        .onSuccess(arrival::opened)
        .onFailure(arrival.moved::tryFail);
    return arrival.moved.future().onComplete(done -> ended(arrival, timer));
  }

  private void ended(Arrival arrival, long timer) {
    waiting--;
    vertx.cancelTimer(timer);
    arrival.close();
  }

  /** A reader that only waits until there is something. */
  private final class Arrival implements FrameSink {
    private final Promise<Void> moved = Promise.promise();
    private @Nullable Subscription subscription;
    private @Nullable Position opened;

    void opened(Subscription fresh) {
      subscription = fresh;
      opened = fresh.position();
      if (moved.future().isComplete()) {
        close();
      } else if (!fresh.recovered()) {
        moved.tryComplete();
      } else {
        fresh.start();
      }
    }

    /**
     * Returns whether it takes more: not once there is an entry, which is then read from the log.
     */
    @Override
    public boolean writable() {
      return !moved.future().isComplete();
    }

    @Override
    public boolean isClosed() {
      return moved.future().isComplete();
    }

    /**
     * Ignores the frame. Frames also report that the reader is in step; a moved position shows
     * after they are handed on.
     */
    @Override
    public void send(EncodedFrame frame) {
      context.runOnContext(
          handed -> {
            if (subscription != null && !subscription.position().equals(opened)) {
              moved.tryComplete();
            }
          });
    }

    @Override
    public void gone(ChannelName channel) {
      moved.tryComplete();
    }

    void close() {
      if (subscription != null) {
        subscription.close();
      }
    }
  }
}
