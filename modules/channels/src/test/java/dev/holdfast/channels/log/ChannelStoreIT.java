package dev.holdfast.channels.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.channels.Await;
import dev.holdfast.channels.ChannelMessage;
import dev.holdfast.channels.Gap;
import dev.holdfast.channels.Publisher;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Ids;
import dev.holdfast.core.NodeId;
import dev.holdfast.core.Position;
import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisConfig;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.testkit.OwnRedis;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(RedisExtension.class)
class ChannelStoreIT {
  private static final NodeId NODE = new NodeId("n1", 7);

  private final Vertx vertx = Vertx.vertx();
  private final Channel channel = new Channel("t" + Ids.fresh(), ChannelName.topic("news"));
  private final Publisher publisher = new Publisher("p-1", 1);
  private RedisLink link;
  private ChannelStore store;

  @BeforeEach
  void open(TestRedis redis) {
    link = link(redis);
    store = new ChannelStore(link, ChannelsConfig.DEFAULT);
  }

  @AfterEach
  void close() {
    Await.get(vertx.close());
  }

  private RedisLink link(TestRedis redis) {
    RedisConfig config = RedisConfig.of(redis.uri()).withConnectTimeout(Duration.ofSeconds(20));
    return Await.get(RedisLink.open(vertx, config, "test", new SimpleMeterRegistry()));
  }

  private ChannelStore.Appended append(long n) {
    return append(store, publisher, n);
  }

  private ChannelStore.Appended append(ChannelStore to, Publisher as, long n) {
    byte[] body = ("\"event\":\"e\",\"data\":" + n).getBytes(StandardCharsets.UTF_8);
    return Await.get(to.append(channel, as, n, body));
  }

  private List<Long> seqs(ChannelStore.Chunk chunk) {
    return chunk.entries().stream().map(ChannelStore.Stored::seq).toList();
  }

  private ChannelStore.Chunk read(Position after) {
    return Await.get(store.read(channel, after, 100));
  }

  @Test
  void storesEachNumberOnceAndAnswersTheOriginalPosition() {
    Position first = append(1).result().position();
    Position second = append(2).result().position();

    ChannelStore.Appended again = append(2);
    ChannelStore.Appended older = append(1);

    assertTrue(again.result().duplicate());
    assertEquals(second, again.result().position());
    assertTrue(older.result().duplicate());
    assertEquals(first, older.result().position());
    assertEquals(List.of(1L, 2L), seqs(read(null)));
  }

  @Test
  void refusesANumberThatSkipsAndAnswersTheExpectedOne() {
    append(1);

    ChannelMessage.Result result = append(3).result();

    assertEquals(ErrorCode.OUT_OF_SEQUENCE, result.refused());
    assertEquals(2, result.expected());
    assertEquals(List.of(1L), seqs(read(null)));
  }

  @Test
  void refusesAnOlderGenerationOnceANewerOnePublished() {
    append(1);
    append(store, new Publisher("p-1", 2), 2);

    assertEquals(ErrorCode.FENCED, append(3).result().refused());
  }

  /**
   * The store forgets a service, which numbers anew under a newer generation. A request of before,
   * sent twice and late, took the number meanwhile: the newer publication was taken for a
   * duplicate, and lost.
   */
  @Test
  void answersAServiceThatNumbersAnewWhatCameInBetween() {
    append(1);
    Await.get(link.send("DEL", Keys.publisher(channel, "p-1")));
    append(1);

    ChannelMessage.Result anew = append(store, new Publisher("p-1", 2), 1).result();

    assertEquals(ErrorCode.OUT_OF_SEQUENCE, anew.refused());
    assertEquals(2, anew.expected());
    assertEquals(3, append(store, new Publisher("p-1", 3), 2).result().position().seq());
    assertEquals(ErrorCode.FENCED, append(3).result().refused());
  }

  @Test
  void answersASessionThatResumedAsADuplicate() {
    var session = new Publisher("s-1", 1);
    append(store, session, 1);
    append(store, session, 2);

    assertTrue(append(store, new Publisher("s-1", 2), 1).result().duplicate());
    assertTrue(append(store, new Publisher("s-1", 2), 2).result().duplicate());
  }

  @Test
  void refusesAnOlderGenerationOnceFencedAndGoesOnCounting() {
    append(1);
    Publisher newer = new Publisher("p-1", 5);
    Await.get(store.fence(channel, newer));

    assertEquals(ErrorCode.FENCED, append(2).result().refused());
    assertEquals(2, append(store, newer, 2).result().position().seq());
  }

  @Test
  void fencesAPublisherThatNeverPublished() {
    Await.get(store.fence(channel, new Publisher("p-1", 3)));

    assertEquals(ErrorCode.FENCED, append(1).result().refused());
  }

  @Test
  void forgetsNoCursorWhenTheStreamIsGone() {
    Position first = append(1).result().position();
    append(2);
    Await.get(link.send("DEL", Keys.log(channel)));

    ChannelStore.Chunk chunk = read(first);

    assertEquals(new Gap(first, first.at(2), "trimmed"), chunk.gap());
    assertEquals(3, append(3).result().position().seq());
    assertEquals(List.of(3L), seqs(read(first.at(2))));
  }

  @Test
  void beginsAnewEpochWhenMetaIsGoneAndDropsTheStreamThatIsLeft() {
    Position first = append(1).result().position();
    Await.get(link.send("DEL", Keys.meta(channel)));

    Position begun = Await.get(store.interest(channel, NODE));

    assertNotEquals(first.epoch(), begun.epoch());
    assertEquals(0, begun.seq());
    ChannelStore.Chunk chunk = read(first);
    assertEquals("epoch", chunk.gap().reason());
    assertEquals(begun, chunk.gap().to());
    assertTrue(chunk.entries().isEmpty());
  }

  @Test
  void answersAGapToACursorAheadOfTheLog() {
    Position first = append(1).result().position();

    assertEquals(new Gap(first.at(9), first, "epoch"), read(first.at(9)).gap());
  }

  @Test
  void answersNothingForALogThatNeverWas() {
    assertNull(read(null));
    assertEquals(0, Await.get(link.send("EXISTS", Keys.meta(channel))).asLong());
  }

  @Test
  void keepsWithinCountAndReportsWhatItTrimmed() {
    store = new ChannelStore(link, retention(new Retention(10, 0, null)));
    Position first = append(1).result().position();
    IntStream.rangeClosed(2, 50).forEach(this::append);

    ChannelStore.Chunk chunk = read(first);

    assertEquals(10, chunk.entries().size());
    assertEquals(new Gap(first, first.at(40), "trimmed"), chunk.gap());
    assertNull(read(null).gap());
  }

  @Test
  void keepsWithinBytesAndCountsThemDown() {
    store = new ChannelStore(link, retention(new Retention(0, 2048, null)));
    byte[] body = new byte[500];
    for (int n = 1; n <= 20; n++) {
      Await.get(store.append(channel, publisher, n, body));
    }

    assertEquals(3, read(null).entries().size());
    assertEquals(3 * 564, Await.get(link.send("HGET", Keys.meta(channel), "z")).asLong());
  }

  @Test
  void keepsWithinAge() {
    store = new ChannelStore(link, retention(new Retention(0, 0, Duration.ofSeconds(1))));
    append(1);
    Await.until("the entry is too old", () -> read(null).entries().isEmpty());
    IntStream.rangeClosed(2, 9).forEach(this::append);

    assertEquals(2, read(null).entries().get(0).seq());
  }

  @Test
  void answersTheNodesThatAreInterestedUntilTheyLeaveOrExpire() {
    Await.get(store.interest(channel, NODE));
    assertEquals(List.of(NODE), append(1).nodes());

    Await.get(store.leave(channel, NODE));
    assertTrue(append(2).nodes().isEmpty());

    Await.get(link.send("ZADD", Keys.interest(channel), 1, NODE.toString()));
    assertTrue(append(3).nodes().isEmpty());
    assertEquals(0, Await.get(link.send("EXISTS", Keys.interest(channel))).asLong());
  }

  @Test
  void refusesTheChannelOfASessionThatIsNot() {
    Channel session = new Channel(channel.tenant(), ChannelName.session("s1"));

    var failure =
        assertThrows(
            HoldfastException.class,
            () -> Await.get(store.append(session, publisher, 1, new byte[] {'1'})));

    assertEquals(ErrorCode.NOT_FOUND, failure.code());
    assertEquals(0, Await.get(link.send("EXISTS", Keys.meta(session))).asLong());
  }

  @Test
  void takesTheNodeOfASessionFromItsRecord() {
    Channel session = new Channel(channel.tenant(), ChannelName.session("s1"));
    String key = Keys.session(channel.tenant(), "s1");
    Await.get(link.send("HSET", key, "state", "attached", "node", NODE.toString()));

    byte[] body = {'1'};
    assertEquals(List.of(NODE), Await.get(store.append(session, publisher, 1, body)).nodes());
    Await.get(link.send("HSET", key, "state", "detached"));
    assertTrue(Await.get(store.append(session, publisher, 2, body)).nodes().isEmpty());
  }

  @Test
  void forksWithoutAGapWhenRedisRestartsWithAllItHad(@OwnRedis TestRedis redis) {
    link = link(redis);
    store = new ChannelStore(link, ChannelsConfig.DEFAULT);
    Position first = append(1).result().position();
    append(2);

    restart(redis::restart);

    Position third = append(3).result().position();
    assertNotEquals(first.epoch(), third.epoch());
    assertEquals(3, third.seq());
    ChannelStore.Chunk chunk = read(first);
    assertNull(chunk.gap());
    assertEquals(List.of(2L, 3L), seqs(chunk));
    assertTrue(append(3).result().duplicate());
  }

  @Test
  void forksWithOneGapForThoseWhoSawWhatAnOlderCopyDoesNotHave(@OwnRedis TestRedis redis) {
    link = link(redis);
    store = new ChannelStore(link, ChannelsConfig.DEFAULT);
    Position first = append(1).result().position();
    Path copy = redis.copyData();
    Position lost = append(2).result().position();

    restart(() -> redis.restoreFrom(copy));

    ChannelMessage.Result ahead = append(3).result();
    assertEquals(2, ahead.expected());
    Position second = append(2).result().position();
    assertEquals(2, second.seq());
    assertEquals(List.of(2L), seqs(read(first)));
    assertNull(read(first).gap());
    assertEquals(new Gap(lost, second.at(1), "epoch"), read(lost).gap());
    assertEquals(List.of(2L), seqs(read(lost)));
  }

  @Test
  void refusesByNameWhenRedisIsFullAndLosesNothing(@OwnRedis TestRedis redis) {
    link = link(redis);
    store = new ChannelStore(link, ChannelsConfig.DEFAULT);
    append(1);
    Await.get(link.send("CONFIG", "SET", "maxmemory", "1"));

    var failure = assertThrows(HoldfastException.class, () -> append(2));

    assertEquals(ErrorCode.STORE_FULL, failure.code());
    assertEquals(List.of(1L), seqs(read(null)));
    Await.get(link.send("CONFIG", "SET", "maxmemory", "0"));
    assertFalse(append(2).result().duplicate());
  }

  private void restart(Runnable fault) {
    String before = link.shards().get(0).epochToken();
    fault.run();
    Await.until(
        "the link is back", () -> link.up() && !link.shards().get(0).epochToken().equals(before));
  }

  private static ChannelsConfig retention(Retention topic) {
    return new ChannelsConfig(Map.of("topic", topic), null, null, null, null, 0, 0, null);
  }
}
