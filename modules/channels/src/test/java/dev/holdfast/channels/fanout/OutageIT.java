package dev.holdfast.channels.fanout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.holdfast.channels.Await;
import dev.holdfast.channels.ChannelMessage;
import dev.holdfast.channels.ChannelMessage.Item;
import dev.holdfast.channels.ChannelMessage.Result;
import dev.holdfast.channels.Publisher;
import dev.holdfast.channels.log.ChannelsConfig;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.testkit.OwnRedis;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Redis goes away and comes back: nothing that failed meanwhile is kept. */
@ExtendWith(RedisExtension.class)
class OutageIT {
  private TestRedis redis;
  private HubFixture node;

  @BeforeEach
  void open(@OwnRedis TestRedis own) {
    redis = own;
    node = new HubFixture(redis.uri(), ChannelsConfig.DEFAULT);
  }

  @AfterEach
  void close() {
    node.close();
  }

  private Future<Result> publish() {
    var item = new Item(1, "e", "1", false);
    var publisher = new Publisher("p-1", 1);
    var message =
        new ChannelMessage.Publish(node.service, null, node.channel, publisher, List.of(item));
    return node.client.ask(message).map(published -> published.results().get(0));
  }

  private ErrorCode refusal(Future<?> future) {
    return Await.get(
        future
            .map(done -> (ErrorCode) null)
            .otherwise(failure -> HoldfastException.from(failure).code()));
  }

  private void down() {
    redis.kill();
    Await.until("the links are down", () -> !node.link.up() && linksUp() == 0);
  }

  private double linksUp() {
    return node.registry.find("holdfast.redis.up").gauges().stream()
        .mapToDouble(gauge -> gauge.value())
        .sum();
  }

  /**
   * The read of the tenant's schemas had failed before it was noted as under way: it was noted for
   * ever, and every later publication was answered with its failure.
   */
  @Test
  void aPublicationWhileRedisIsAwayDoesNotStopThoseAfterIt() {
    down();
    assertEquals(ErrorCode.UNAVAILABLE, refusal(publish()));
    assertEquals(ErrorCode.UNAVAILABLE, refusal(publish()));

    redis.start();
    Await.until("the links are up", () -> linksUp() == links());
    Await.until("it is stored", () -> refusal(publish()) == null);
    assertNull(Await.get(publish()).refused());
  }

  private long links() {
    return node.registry.find("holdfast.redis.up").gauges().size();
  }

  /**
   * Each read that failed at once began the next one from within: thousands that waited for their
   * turn when the link went down overflowed the stack, and what was left was never answered.
   */
  @Test
  void thousandsOfReadsThatWaitWhenRedisGoesAreAllAnswered() {
    int readers = 20_000;
    var answered = new AtomicInteger();
    redis.pause();
    var reading = new ArrayList<Channel>();
    for (int i = 0; i < readers; i++) {
      reading.add(new Channel(node.channel.tenant(), ChannelName.topic("t" + i)));
    }
    node.loop.runOnContext(
        now ->
            reading.forEach(
                channel ->
                    node.fanout
                        .read(channel, null, () -> false)
                        .onComplete(read -> answered.incrementAndGet())));

    // The hub's queue is in order: once it has this channel, it has all those reads.
    node.loop.runOnContext(
        now -> node.fanout.open(node.channel, Start.latest(), new RecordingSink()));
    Await.until(
        "all wait", () -> node.registry.find("holdfast.channels.open").gauge().value() == 1);

    redis.kill();

    Await.until("all are answered", () -> answered.get() == readers);
    redis.start();
    Await.until("the links are up", () -> linksUp() == links());
    node.publish();
    var sink = new RecordingSink();
    node.read(Start.earliest(), sink);
    Await.until("it is read", () -> sink.seqs().size() == 1);
  }
}
