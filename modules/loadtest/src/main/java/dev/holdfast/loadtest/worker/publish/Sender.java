package dev.holdfast.loadtest.worker.publish;

import dev.holdfast.loadtest.worker.measure.Clock;
import dev.holdfast.loadtest.worker.measure.Timing;
import io.vertx.core.Future;

/** Sends a flow's publications, and counts what becomes of them. Confined to one event loop. */
final class Sender {
  private static final long LATE_MICROS = 10_000;

  private final PublishCounters counters;
  private final PublicationSink sink;
  private final Timing ack;
  private final Clock clock;
  private final int payload;

  Sender(PublishCounters counters, PublicationSink sink, Timing ack, Clock clock, int payload) {
    this.counters = counters;
    this.sink = sink;
    this.ack = ack;
    this.clock = clock;
    this.payload = payload;
  }

  /**
   * @param intended when it was to be sent, µs
   * @return completes when it is answered or given up; never fails: true if it is stored
   */
  Future<Boolean> send(Numbers channel, long intended) {
    long number = channel.next();
    counters.published++;
    counters.late += clock.micros() - intended > LATE_MICROS ? 1 : 0;
    return sink.publish(new Publication(channel, number, intended, payload))
        .map(stored -> acknowledged(intended))
        .otherwise(failure -> failed(channel, number, failure));
  }

  private boolean acknowledged(long intended) {
    counters.acknowledged++;
    ack.record(clock.micros() - intended);
    return true;
  }

  private boolean failed(Numbers channel, long number, Throwable failure) {
    counters.failed++;
    counters.errors.count("publish", failure);
    channel.unanswered(number);
    return false;
  }
}
