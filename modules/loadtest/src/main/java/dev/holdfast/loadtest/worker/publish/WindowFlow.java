package dev.holdfast.loadtest.worker.publish;

import dev.holdfast.loadtest.worker.measure.Clock;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.List;

/**
 * Publishes as fast as it is answered, with so many unanswered, one channel after another. Confined
 * to one event loop.
 */
final class WindowFlow implements Run {
  private final List<Numbers> channels;
  private final int window;
  private final Sender sender;
  private final Span span;
  private final Clock clock;
  private final Promise<Void> ended = Promise.promise();
  private int next;
  private int unanswered;

  WindowFlow(List<Numbers> channels, int window, Sender sender, Span span, Clock clock) {
    this.channels = channels;
    this.window = window;
    this.sender = sender;
    this.span = span;
    this.clock = clock;
  }

  @Override
  public void tick(long now) {
    while (unanswered < window && span.runs(now)) {
      send(now);
    }
    if (unanswered == 0 && now >= span.end()) {
      ended.tryComplete();
    }
  }

  private void send(long now) {
    unanswered++;
    Numbers channel = channels.get(next);
    next = (next + 1) % channels.size();
    sender.send(channel, now).onSuccess(this::answered);
  }

  /**
   * Sends the next publication. After a failure it waits for the tick, so that failures that come
   * at once make no busy loop.
   */
  private void answered(boolean stored) {
    unanswered--;
    long now = clock.micros();
    if (stored && span.runs(now)) {
      send(now);
    }
  }

  @Override
  public Future<Void> ended() {
    return ended.future();
  }
}
