package dev.holdfast.loadtest.worker.publish;

import dev.holdfast.channels.ServicePublisher;
import dev.holdfast.channels.ServicePublisherConfig;
import dev.holdfast.core.Caller;
import dev.holdfast.core.bus.Bus;
import dev.holdfast.loadtest.worker.measure.Clock;
import io.vertx.core.Future;
import java.time.Duration;

/** Publishes over the event bus, like an internal service. Confined to one event loop. */
final class BusSink implements PublicationSink {
  private static final Duration REQUEST = Duration.ofSeconds(2);
  private static final Duration DELIVERY = Duration.ofSeconds(60);
  private static final int MOST_PENDING = 100_000;

  private final ServicePublisher publisher;
  private final Clock clock;

  /** Makes a sink. Must be called on the loop that it is confined to. */
  BusSink(Bus bus, Caller.Service self, Clock clock) {
    var config = new ServicePublisherConfig(REQUEST, DELIVERY, MOST_PENDING);
    this.publisher = new ServicePublisher(bus, self, config);
    this.clock = clock;
  }

  @Override
  public Future<?> publish(Publication publication) {
    String data = publication.data(clock.micros());
    return publisher.publish(publication.channel().channel, Publication.EVENT, data);
  }

  @Override
  public void close() {
    publisher.close();
  }
}
