package dev.holdfast.channels.fanout;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.holdfast.channels.Await;
import dev.holdfast.channels.Publisher;
import dev.holdfast.channels.log.ChannelStore;
import dev.holdfast.channels.log.ChannelsConfig;
import dev.holdfast.core.Position;
import dev.holdfast.redis.RedisConfig;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Redis is slow, many catch up, and leave before it is their turn: what they wanted was read all
 * the same, and those who stayed waited for it.
 */
@ExtendWith(RedisExtension.class)
class UnwantedReadsIT {
  private static final int UNDER_WAY = 32;
  private static final int READERS = 80;
  private static final int ENTRIES = 200;

  private final List<RecordingSink> sinks = new ArrayList<>();
  private RedisRelay relay;
  private HubFixture node;
  private Position top;

  /** A log that is open here, with entries that this node has not seen: none is in its ring. */
  @BeforeEach
  void open(TestRedis redis) {
    relay = new RedisRelay(redis.uri());
    RedisConfig patient = RedisConfig.of(relay.uri()).withCommandTimeout(Duration.ofSeconds(20));
    node = new HubFixture(patient, ChannelsConfig.DEFAULT);
    var direct =
        Await.get(RedisLink.open(node.vertx, RedisConfig.of(redis.uri()), "direct", node.registry));
    var store = new ChannelStore(direct, ChannelsConfig.DEFAULT);
    for (long n = 1; n <= ENTRIES; n++) {
      byte[] body = ("\"n\":" + n).getBytes();
      var append = store.append(node.channel, new Publisher("p-1", 1), n, body);
      top = n == ENTRIES ? Await.get(append).result().position() : null;
    }
    var first = new RecordingSink();
    node.read(Start.latest(), first);
    Await.until("live", () -> !first.all("live").isEmpty());
  }

  @AfterEach
  void close() {
    node.close();
    relay.close();
  }

  private RecordingSink sink() {
    var sink = new RecordingSink();
    sinks.add(sink);
    return sink;
  }

  /** A read of its own for each, as their cursors differ. */
  private Start from(int reader) {
    return Start.after(top.at(reader));
  }

  private double reads() {
    return node.registry.get("holdfast.reads").tag("from", "log").counter().count();
  }

  private double dropped() {
    return node.registry
        .get("holdfast.turns.dropped")
        .tags("kind", "reads", "why", "late")
        .counter()
        .count();
  }

  private void awaitUnderWay(double before) {
    Await.until("as many as may are under way", () -> reads() == before + UNDER_WAY);
  }

  private void awaitSeqs(RecordingSink sink, long first) {
    List<Long> all = LongStream.rangeClosed(first, ENTRIES).boxed().toList();
    Await.until("all events", () -> sink.seqs().equals(all));
  }

  @Test
  void whatClosedSubscriptionsWaitedForIsNotRead() {
    List<Subscription> subscriptions = new ArrayList<>();
    for (int i = 0; i < READERS; i++) {
      subscriptions.add(node.open(from(i), sink()));
    }
    Subscription stays = node.open(from(READERS), sink());
    double before = reads();
    relay.hold();
    subscriptions.forEach(node::start);
    awaitUnderWay(before);
    node.start(stays);
    closeAll(subscriptions);

    relay.release();

    awaitSeqs(sinks.get(READERS), READERS + 1);
    assertEquals(before + UNDER_WAY + 1, reads());
    assertEquals(READERS - UNDER_WAY, dropped());
  }

  private void closeAll(List<Subscription> subscriptions) {
    node.onLoop(
        () -> {
          subscriptions.forEach(Subscription::close);
          return Future.succeededFuture();
        });
  }

  /** Nobody has a subscription yet that could be closed. */
  @Test
  void whatConnectionsThatEndedWereOpeningIsNotRead() {
    double before = reads();
    relay.hold();
    List<Future<Subscription>> opening = new ArrayList<>();
    for (int i = 0; i < READERS; i++) {
      opening.add(opening(from(i)));
    }
    awaitUnderWay(before);
    Future<Subscription> stays = opening(from(READERS));
    sinks.subList(0, READERS).forEach(RecordingSink::close);

    relay.release();

    node.start(Await.get(stays));
    awaitSeqs(sinks.get(READERS), READERS + 1);
    assertEquals(READERS - UNDER_WAY, dropped());
    Await.until("all are answered", () -> opening.stream().allMatch(Future::isComplete));
    assertEquals(UNDER_WAY, opening.stream().filter(Future::succeeded).count());
  }

  private Future<Subscription> opening(Start start) {
    var sink = sink();
    return node.onLoop(() -> Future.succeededFuture(node.fanout.open(node.channel, start, sink)));
  }

  /** Who leaves takes nobody else's read away. */
  @Test
  void aReadThatAnotherWaitsForTooIsDone() {
    List<Subscription> subscriptions = new ArrayList<>();
    for (int i = 0; i < READERS; i++) {
      subscriptions.add(node.open(from(i), sink()));
    }
    Subscription leaves = node.open(from(READERS), sink());
    Subscription stays = node.open(from(READERS), sink());
    double before = reads();
    relay.hold();
    subscriptions.forEach(node::start);
    awaitUnderWay(before);
    node.start(leaves);
    node.start(stays);
    closeAll(List.of(leaves));

    relay.release();

    awaitSeqs(sinks.get(READERS + 1), READERS + 1);
    assertEquals(0, dropped());
  }
}
