package dev.holdfast.channels.fanout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.channels.Await;
import dev.holdfast.channels.log.ChannelsConfig;
import dev.holdfast.channels.log.MemoryConfig;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Many readers of one channel, and budgets that are much too small: nothing is lost by them. */
@ExtendWith(RedisExtension.class)
class ReadersIT {
  private final List<RecordingSink> sinks =
      IntStream.range(0, 100).mapToObj(i -> new RecordingSink()).toList();
  private HubFixture node;

  @BeforeEach
  void open(TestRedis redis) {
    var memory = new MemoryConfig(1, 1, 1, 1, 1, 1, 1);
    node =
        new HubFixture(
            redis.uri(), new ChannelsConfig(Map.of(), null, null, null, null, 0, 0, memory));
  }

  @AfterEach
  void close() {
    node.close();
  }

  private double refused(String kind) {
    return node.registry.get("holdfast.budget.refused").tag("kind", kind).counter().count();
  }

  private double used(String kind) {
    return node.registry.get("holdfast.budget.bytes").tag("kind", kind).gauge().value();
  }

  private static void awaitSeqs(RecordingSink sink, long last) {
    List<Long> all = LongStream.rangeClosed(1, last).boxed().toList();
    Await.until("all events", () -> sink.seqs().equals(all));
  }

  /** The last reader takes the place of the one that leaves: none is passed over, none kept. */
  @Test
  void readersThatLeaveTakeNobodyElseWithThem() {
    List<Subscription> open = new ArrayList<>();
    sinks.forEach(sink -> open.add(node.read(Start.latest(), sink)));
    node.publish();
    sinks.forEach(sink -> awaitSeqs(sink, 1));

    node.onLoop(
        () -> {
          IntStream.range(0, 100)
              .filter(i -> i % 3 == 0 || i > 90)
              .forEach(i -> open.get(i).close());
          open.get(0).close();
          return Future.succeededFuture();
        });
    node.publish();

    for (int i = 0; i < 100; i++) {
      if (i % 3 != 0 && i <= 90) {
        awaitSeqs(sinks.get(i), 2);
      } else {
        assertEquals(List.of(1L), sinks.get(i).seqs());
      }
    }
  }

  /** Ten thousand that resume at once kept four chunks each. */
  @Test
  void firstChunksThatDoNotFitAreReadAgainWhenTheirReadersBegin() {
    IntStream.range(0, 100).forEach(i -> node.publish());
    List<Subscription> placed = new ArrayList<>();
    sinks.forEach(sink -> placed.add(node.open(Start.earliest(), sink)));
    assertTrue(refused("openings") >= 99);
    placed.get(99).close();

    placed.forEach(node::start);

    sinks.subList(0, 99).forEach(sink -> awaitSeqs(sink, 100));
    assertEquals(List.of(), sinks.get(99).seqs());
    Await.until("all is given back", () -> used("openings") == 0 && used("reads") == 0);
  }

  @Test
  void hintsThatMayNotWaitAreReadFromTheLog() {
    node.read(Start.latest(), sinks.get(0));
    Await.until("live", () -> !sinks.get(0).all("live").isEmpty());
    node.publishUnnoticed();
    IntStream.range(0, 20).forEach(i -> node.publish());

    awaitSeqs(sinks.get(0), 21);
    Await.until("all is given back", () -> used("held") == 0);
  }
}
