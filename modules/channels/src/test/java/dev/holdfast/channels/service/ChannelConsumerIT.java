package dev.holdfast.channels.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.channels.Await;
import dev.holdfast.channels.ChannelConsumer;
import dev.holdfast.channels.ChannelConsumerConfig;
import dev.holdfast.channels.ChannelConsumerConfig.Begin;
import dev.holdfast.channels.ConsumerMessage;
import dev.holdfast.channels.Gap;
import dev.holdfast.channels.Publication;
import dev.holdfast.channels.ServicePublisher;
import dev.holdfast.channels.ServicePublisherConfig;
import dev.holdfast.channels.fanout.HubFixture;
import dev.holdfast.channels.log.ChannelsConfig;
import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Ids;
import dev.holdfast.redis.Keys;
import dev.holdfast.testkit.OwnRedis;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(RedisExtension.class)
class ChannelConsumerIT {
  private static final ChannelConsumerConfig CONFIG =
      new ChannelConsumerConfig(
          null,
          Duration.ofSeconds(2),
          0,
          Duration.ofSeconds(30),
          Duration.ofSeconds(1),
          Duration.ofSeconds(10));

  private TestRedis redis;
  private HubFixture node;
  private final List<Long> handled = new CopyOnWriteArrayList<>();

  @BeforeEach
  void open(@OwnRedis TestRedis own) {
    redis = own;
    node = new HubFixture(own.uri(), ChannelsConfig.DEFAULT);
  }

  @AfterEach
  void close() {
    node.close();
  }

  private ChannelConsumer consumer() {
    return consumer(CONFIG);
  }

  private ChannelConsumer consumer(ChannelConsumerConfig config) {
    return new ChannelConsumer(node.bus, node.service, node.channel, "audit", config);
  }

  private Future<Void> handle(Publication publication) {
    handled.add(publication.position().seq());
    return Future.succeededFuture();
  }

  private ChannelConsumer started() {
    ChannelConsumer consumer = consumer();
    Await.get(consumer.start(this::handle));
    return consumer;
  }

  private void publish(int count) {
    for (int i = 0; i < count; i++) {
      node.publish();
    }
  }

  private void awaitHandled(long last) {
    Await.until("handled up to " + last, () -> handled.contains(last));
  }

  private static List<Long> to(long last) {
    return LongStream.rangeClosed(1, last).boxed().toList();
  }

  @Test
  void handsEachEntryOnceInOrderWhetherItWasThereBeforeOrComesLater() {
    publish(150);
    started();
    awaitHandled(150);
    publish(50);
    awaitHandled(200);

    assertEquals(to(200), handled);
  }

  @Test
  void beginsWithWhatComesIfAskedTo() {
    publish(3);
    Await.get(consumer(CONFIG.withBegin(Begin.LATEST)).start(this::handle));
    publish(2);
    awaitHandled(5);

    assertEquals(List.of(4L, 5L), handled);
  }

  @Test
  void givesTheEntryAsItWasPublished() {
    List<Publication> got = new CopyOnWriteArrayList<>();
    Await.get(
        consumer()
            .start(
                publication -> {
                  got.add(publication);
                  return Future.succeededFuture();
                }));
    node.publish();
    Await.until("handled", () -> got.size() == 1);

    assertEquals("e", got.get(0).event());
    assertEquals("{\"n\":1}", got.get(0).data());
  }

  @Test
  void oneReadsAndTheOtherGoesOnWhenItStops() {
    ChannelConsumer first = started();
    ChannelConsumer second = started();
    publish(10);
    awaitHandled(10);
    assertTrue(first.active());
    assertFalse(second.active());

    Await.get(first.stop());
    publish(10);
    awaitHandled(20);

    assertTrue(second.active());
    assertEquals(to(20), handled);
  }

  @Test
  void takesOverFromOneThatIsSilentAfterItsLease() {
    String owner = Ids.fresh();
    var claim = new ConsumerMessage.Claim(node.service, node.channel, "audit", owner, 60_000, true);
    assertFalse(Await.get(node.client.ask(claim)).held());
    publish(5);

    ChannelConsumer next = started();

    assertFalse(next.active());
    Await.get(node.link.send("HSET", Keys.consumer(node.channel, "audit"), "x", 1));
    awaitHandled(5);
    assertEquals(to(5), handled);
  }

  @Test
  void givesUpWhenAnotherHasTakenItsLeaseAndComesBackAfterIt() {
    ChannelConsumer consumer = started();
    publish(3);
    awaitHandled(3);
    String key = Keys.consumer(node.channel, "audit");
    // Otherwise the third is handed on again, as it may be.
    Await.until("stored", () -> Await.get(node.link.send("HGET", key, "s")).asText().equals("3"));
    Await.get(node.link.send("HSET", key, "o", "other", "g", 77, "x", Long.MAX_VALUE / 1_000));
    Await.until("given up", () -> !consumer.active());
    publish(3);
    Await.get(node.link.send("HSET", key, "x", 1));
    awaitHandled(6);

    assertEquals(to(6), handled);
  }

  @Test
  void handsAFailedEntryAgainAndHoldsThoseAfterIt() {
    AtomicInteger failures = new AtomicInteger();
    Await.get(
        consumer()
            .start(
                publication ->
                    publication.position().seq() == 2 && failures.incrementAndGet() < 4
                        ? Future.failedFuture("not now")
                        : handle(publication)));
    publish(3);
    awaitHandled(3);

    assertEquals(4, failures.get());
    assertEquals(to(3), handled);
  }

  @Test
  void keepsItsLeaseWhileAHandlerIsSlow() {
    Promise<Void> slow = Promise.promise();
    List<Long> begun = new CopyOnWriteArrayList<>();
    ChannelConsumer first = consumer(CONFIG.withLease(Duration.ofSeconds(3)));
    Await.get(
        first.start(
            publication -> {
              begun.add(publication.position().seq());
              return slow.future();
            }));
    publish(1);
    Await.until("begun", () -> !begun.isEmpty());
    started();
    String key = Keys.consumer(node.channel, "audit");
    long until = Await.get(node.link.send("HGET", key, "x")).asLong();
    Await.until(
        "renewed far beyond the first lease",
        () -> Await.get(node.link.send("HGET", key, "x")).asLong() > until + 4_000);
    assertTrue(first.active());
    slow.complete();
    Await.get(first.stop());
    publish(1);
    awaitHandled(2);

    assertEquals(List.of(2L), handled);
  }

  @Test
  void reportsWhatRetentionHasTakenAndGoesOnAfterIt() {
    publish(4);
    ChannelConsumer first = started();
    awaitHandled(4);
    Await.get(first.stop());
    publish(6);
    Await.get(node.link.send("XTRIM", Keys.log(node.channel), "MINID", "8-0"));
    List<Gap> gaps = new CopyOnWriteArrayList<>();

    Await.get(consumer().onGap(gaps::add).start(this::handle));
    awaitHandled(10);

    assertEquals(List.of(1L, 2L, 3L, 4L, 8L, 9L, 10L), handled);
    assertEquals(1, gaps.size());
    assertEquals(4, gaps.get(0).from().seq());
    assertEquals(7, gaps.get(0).to().seq());
  }

  @Test
  void goesOnAfterAKillOfRedisInTheEpochThatIsThenInForce() {
    started();
    publish(20);
    awaitHandled(20);
    redis.kill();
    redis.start();
    var publisher = new ServicePublisher(node.bus, node.service, ServicePublisherConfig.DEFAULT);
    Await.get(publisher.publish(node.channel, "e", "21"));
    Await.until("handled on", () -> handled.size() > 20);

    assertEquals(to(21), handled);
  }

  @Test
  void isForServicesThatActForTheTenant() {
    var foreign = new Caller.Service("test", "1", Set.of("other"), Set.of());
    var consumer = new ChannelConsumer(node.bus, foreign, node.channel, "audit", CONFIG);
    var user = new Caller.User(node.channel.tenant(), "ann", Set.of(), Set.of("subscribe:*"));

    assertEquals(
        ErrorCode.FORBIDDEN,
        assertThrows(HoldfastException.class, () -> Await.get(consumer.start(this::handle)))
            .code());
    var fetch = new ConsumerMessage.Fetch(user, node.channel, null, 1, 0);
    assertEquals(
        ErrorCode.FORBIDDEN,
        assertThrows(HoldfastException.class, () -> Await.get(node.client.ask(fetch))).code());
  }
}
