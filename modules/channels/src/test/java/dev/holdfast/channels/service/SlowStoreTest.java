package dev.holdfast.channels.service;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.holdfast.channels.Await;
import dev.holdfast.channels.ChannelMessage;
import dev.holdfast.channels.ChannelMessage.Item;
import dev.holdfast.channels.ChannelMessage.Published;
import dev.holdfast.channels.ChannelMessage.Result;
import dev.holdfast.channels.ServicePublisher;
import dev.holdfast.channels.ServicePublisherConfig;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.Position;
import dev.holdfast.core.bus.Bus;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A publisher whose batches take longer than its time-out. */
class SlowStoreTest {
  private static final int PUBLICATIONS = 300;
  private static final long MS_PER_ITEM = 10;

  private final Vertx vertx = Vertx.vertx();
  private final Bus bus = new Bus(vertx);
  private final List<Long> stored = new ArrayList<>();

  @AfterEach
  void close() {
    Await.get(vertx.close());
  }

  /**
   * A busy store took 3 s for a full batch; it was sent again after 2 s, for ever, and the store
   * had nothing to do but to find duplicates: for a minute nothing was acknowledged.
   */
  @Test
  void goesOnWithSmallerBatchesAndMorePatience() {
    Await.get(
        bus.<ChannelMessage.Publish>serve(ChannelMessage.ADDRESS, this::publish).completion());
    var service = new Caller.Service("slow", "1", Set.of("t"), Set.of());
    var config =
        new ServicePublisherConfig(Duration.ofMillis(100), Duration.ofSeconds(60), PUBLICATIONS);
    var publisher = new ServicePublisher(bus, service, config);
    var channel = new Channel("t", ChannelName.parse("topic:slow"));
    List<Future<Position>> all = new ArrayList<>();
    for (int i = 1; i <= PUBLICATIONS; i++) {
      all.add(publisher.publish(channel, "e", String.valueOf(i)));
    }

    Await.get(Future.all(all));

    assertEquals(LongStream.rangeClosed(1, PUBLICATIONS).boxed().toList(), stored);
  }

  /** Each item takes its time, whether it is known or not. */
  private Future<Published> publish(ChannelMessage.Publish message) {
    return vertx
        .timer(MS_PER_ITEM * message.items().size())
        .map(passed -> new Published(message.items().stream().map(this::store).toList()));
  }

  private Result store(Item item) {
    boolean duplicate = stored.contains(item.n());
    if (!duplicate) {
      stored.add(item.n());
    }
    return Result.stored(new Position("e", item.n()), duplicate);
  }
}
