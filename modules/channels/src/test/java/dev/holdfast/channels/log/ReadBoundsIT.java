package dev.holdfast.channels.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.channels.Await;
import dev.holdfast.channels.ConsumerMessage;
import dev.holdfast.channels.ConsumerRef;
import dev.holdfast.channels.Gap;
import dev.holdfast.channels.Publisher;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.Ids;
import dev.holdfast.core.NodeId;
import dev.holdfast.core.Position;
import dev.holdfast.redis.RedisConfig;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** How much one read takes, and what the words of its script can't be mistaken for. */
@ExtendWith(RedisExtension.class)
class ReadBoundsIT {
  private static final NodeId NODE = new NodeId("n1", 7);

  private final Vertx vertx = Vertx.vertx();
  private final Channel channel = new Channel("t" + Ids.fresh(), ChannelName.topic("news"));
  private final Publisher publisher = new Publisher("p-1", 1);
  private RedisLink link;
  private ChannelStore store;
  private long n;

  @BeforeEach
  void open(TestRedis redis) {
    RedisConfig config = RedisConfig.of(redis.uri()).withConnectTimeout(Duration.ofSeconds(20));
    link = Await.get(RedisLink.open(vertx, config, "test", new SimpleMeterRegistry()));
    store = new ChannelStore(link, ChannelsConfig.DEFAULT);
  }

  @AfterEach
  void close() {
    Await.get(vertx.close());
  }

  private Position append(int size) {
    return Await.get(store.append(channel, publisher, ++n, new byte[size])).result().position();
  }

  private static long bytes(ChannelStore.Chunk chunk) {
    return chunk.entries().stream().mapToLong(entry -> entry.body().length).sum();
  }

  /** 64 entries of 64 KiB were 4 MiB in one answer, and 32 of those under way on one node. */
  @Test
  void aChunkIsBoundInBytes() {
    Position before = Await.get(store.interest(channel, NODE));
    for (int i = 0; i < 70; i++) {
      append(60 << 10);
    }

    Position at = before;
    List<Long> seqs = new ArrayList<>();
    while (at.seq() < n) {
      ChannelStore.Chunk chunk = Await.get(store.read(channel, at, 64));
      assertNull(chunk.gap());
      assertTrue(bytes(chunk) <= ChannelStore.CHUNK_BYTES, bytes(chunk) + " bytes");
      assertTrue(chunk.end().seq() > at.seq(), "goes on");
      chunk.entries().forEach(entry -> seqs.add(entry.seq()));
      at = chunk.end();
    }
    assertEquals(LongStream.rangeClosed(1, 70).boxed().toList(), seqs);
  }

  @Test
  void aChunkHasAnEntryHoweverLargeItIs() {
    Position small = append(10);
    append(400 << 10);
    append(10);

    ChannelStore.Chunk first = Await.get(store.read(channel, null, 64));
    ChannelStore.Chunk second = Await.get(store.read(channel, small, 64));

    assertEquals(1, first.end().seq());
    assertEquals(2, second.end().seq());
    assertEquals(400 << 10, bytes(second));
  }

  @Test
  void aChunkOfSmallEntriesHasAsManyAsAskedFor() {
    for (int i = 0; i < 100; i++) {
      append(10);
    }

    for (int limit : new int[] {1, 3, 4, 5, 12, 13, 64, 100, 1_000}) {
      int wanted = Math.min(limit, 100);
      assertEquals(wanted, Await.get(store.read(channel, null, limit)).entries().size());
    }
  }

  /** A client may send any epoch; "-" stood for the earliest, so no gap was reported. */
  @Test
  void aCursorOfAnUnknownEpochGetsAGapWhateverItIsCalled() {
    Position top = append(10);

    for (String epoch : List.of("-", "--", "_", "0", "z", "s", "nil", "latest", "earliest")) {
      Position cursor = new Position(epoch, 1);
      ChannelStore.Chunk chunk = Await.get(store.read(channel, cursor, 10));
      assertEquals(new Gap(cursor, top.at(0), "epoch"), chunk.gap(), epoch);
    }
  }

  /** A commit with "-" renewed the lease, and said that it had stored the cursor. */
  @Test
  void aConsumersCursorOfAnUnknownEpochDoesNotMoveIt() {
    Position top = append(10);
    ConsumerStore consumers = new ConsumerStore(link);
    Caller service = new Caller.Service("test", "1", Set.of("*"), Set.of());
    var claim = new ConsumerMessage.Claim(service, channel, "audit", "reader", 60_000, true);
    var ref =
        new ConsumerRef(channel, "audit", "reader", Await.get(consumers.claim(claim)).generation());

    assertTrue(Await.get(consumers.commit(ref, top, 60_000)));
    assertTrue(Await.get(consumers.commit(ref, new Position("-", 9), 60_000)));
    assertTrue(Await.get(consumers.commit(ref, null, 60_000)));

    assertEquals(top, Await.get(consumers.claim(claim)).cursor());
  }
}
