package dev.holdfast.loadtest.worker.publish;

import dev.holdfast.loadtest.plan.Flow;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.List;

/**
 * Publishes at a steady rate: number {@code k} of the whole flow is due at its time, whatever
 * became of those before. Confined to one event loop.
 */
final class OpenFlow implements Run {
  private final Flow flow;
  private final int[] places;
  private final List<Numbers> channels;
  private final Sender sender;
  private final Span span;
  private final Promise<Void> ended = Promise.promise();
  private long round;
  private int next;
  private long unanswered;

  /**
   * @param places which of the flow's channels are this loop's, rising
   * @param channels the same ones
   */
  OpenFlow(Flow flow, int[] places, List<Numbers> channels, Sender sender, Span span) {
    this.flow = flow;
    this.places = places;
    this.channels = channels;
    this.sender = sender;
    this.span = span;
  }

  @Override
  public void tick(long now) {
    long due = due();
    while (due <= now && due < span.end()) {
      unanswered++;
      sender.send(channels.get(next), due).onSuccess(stored -> answered());
      advance();
      due = due();
    }
    end();
  }

  private long due() {
    return span.at(round * flow.channels() + places[next], flow.rate());
  }

  private void advance() {
    next++;
    if (next == places.length) {
      next = 0;
      round++;
    }
  }

  private void answered() {
    unanswered--;
    end();
  }

  private void end() {
    if (unanswered == 0 && due() >= span.end()) {
      ended.tryComplete();
    }
  }

  @Override
  public Future<Void> ended() {
    return ended.future();
  }
}
