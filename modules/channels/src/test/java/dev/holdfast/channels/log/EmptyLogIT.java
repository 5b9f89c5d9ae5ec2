package dev.holdfast.channels.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.channels.Await;
import dev.holdfast.channels.ConsumerMessage.Claim;
import dev.holdfast.channels.Gap;
import dev.holdfast.channels.Publisher;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.Ids;
import dev.holdfast.core.NodeId;
import dev.holdfast.core.Position;
import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisConfig;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.testkit.OwnRedis;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Channels that only had readers. Each left its meta for 7 days: a user filled Redis by naming
 * 3,240 fresh ones a second.
 */
@ExtendWith(RedisExtension.class)
class EmptyLogIT {
  private static final NodeId NODE = new NodeId("n1", 7);
  private static final NodeId OTHER = new NodeId("n2", 7);

  private final Vertx vertx = Vertx.vertx();
  private final Channel topic = new Channel("t" + Ids.fresh(), ChannelName.topic("news"));
  private RedisLink link;
  private ChannelStore store;

  @BeforeEach
  void open(TestRedis redis) {
    RedisConfig config = RedisConfig.of(redis.uri()).withConnectTimeout(Duration.ofSeconds(20));
    link = Await.get(RedisLink.open(vertx, config, "test", meters()));
    store = new ChannelStore(link, ChannelsConfig.DEFAULT);
  }

  @AfterEach
  void close() {
    Await.get(vertx.close());
  }

  @Test
  void itGoesWithItsLastReader() {
    Await.get(store.interest(topic, NODE));
    Position same = Await.get(store.interest(topic, OTHER));
    long interest = ttl(Keys.interest(topic));
    // Redis 7.0 takes the time anew for each of the two.
    assertTrue(ttl(Keys.meta(topic)) <= interest + 1_000, "no longer than the interest");

    Await.get(store.leave(topic, NODE));
    assertEquals(same, Await.get(store.interest(topic, OTHER)), "the other reads it still");
    Await.get(store.leave(topic, OTHER));

    assertEquals(List.of(), Await.get(link.send("KEYS", "hf:*" + topic.tenant() + "*")).list());
  }

  @Test
  void fromItsFirstPublicationOnItStaysForAWeek() {
    Await.get(store.interest(topic, NODE));
    append(1);
    Await.get(store.interest(topic, NODE));
    Await.get(store.leave(topic, NODE));

    assertTrue(ttl(Keys.meta(topic)) > Duration.ofDays(6).toMillis());
  }

  @Test
  void whoComesBackGetsAllThatCameSinceAndNoGap() {
    Position cursor = leftAt();
    append(1);
    append(2);

    ChannelStore.Chunk chunk = Await.get(store.read(topic, cursor, 10));

    assertNotEquals(cursor.epoch(), chunk.top().epoch());
    assertNull(chunk.gap());
    assertEquals(2, chunk.entries().size());
    assertEquals(chunk.top().at(0), chunk.base());
  }

  @Test
  void whoComesBackToNothingGetsNoGap() {
    Position cursor = leftAt();
    Position begun = Await.get(store.interest(topic, NODE));

    ChannelStore.Chunk chunk = Await.get(store.read(topic, cursor, 10));

    assertNotEquals(cursor, begun);
    assertNull(chunk.gap());
    assertEquals(begun, chunk.base());
  }

  /** What the newer log had, and has no more. */
  @Test
  void whatWasTrimmedMeanwhileIsReportedAsMissing() {
    Position cursor = leftAt();
    append(1);
    append(2);
    Await.get(link.send("XTRIM", Keys.log(topic), "MINID", "2-0"));

    ChannelStore.Chunk chunk = Await.get(store.read(topic, cursor, 10));

    assertEquals(new Gap(cursor, chunk.top().at(1), "trimmed"), chunk.gap());
  }

  /** Of data that went: there may have been publications that nobody knows of now. */
  @Test
  void aCursorOfOtherDataGetsAGap() {
    String epoch = leftAt().epoch();
    Position cursor = new Position(epoch.substring(0, 12) + "00000000" + epoch.substring(20), 0);
    append(1);

    assertEquals("epoch", Await.get(store.read(topic, cursor, 10)).gap().reason());
  }

  /** A log goes on as a new epoch; one that was empty, and that nobody read then, as well. */
  @Test
  void aCursorOfBeforeARestartGetsNoGapUnlessTheDataWentWithIt(@OwnRedis TestRedis redis) {
    open(redis);
    Position cursor = leftAt();
    after(redis::restart);
    append(1);

    ChannelStore.Chunk chunk = Await.get(store.read(topic, cursor, 10));
    assertNull(chunk.gap());
    assertEquals(1, chunk.entries().size());

    after(redis::startEmpty);
    append(1);
    assertEquals("epoch", Await.get(store.read(topic, cursor, 10)).gap().reason());
  }

  /** The epoch of a log that goes on after a restart says nothing of what it was before. */
  @Test
  void aLogThatWasEmptyBeforeARestartIsKnownAsEmptyAfterIt(@OwnRedis TestRedis redis) {
    open(redis);
    Position before = Await.get(store.interest(topic, NODE));
    after(redis::restart);
    Position cursor = leftAt();
    append(1);

    assertNotEquals(before, cursor);
    assertNull(Await.get(store.read(topic, cursor, 10)).gap());
  }

  private void after(Runnable fault) {
    String token = link.shards().get(0).epochToken();
    fault.run();
    Await.until("it is back", () -> link.up() && !link.shards().get(0).epochToken().equals(token));
  }

  /** There may have been a log in between that lived its week. */
  @Test
  void aCursorThatIsTooOldGetsAGap() {
    String epoch = leftAt().epoch();
    long old = System.currentTimeMillis() - Duration.ofDays(4).toMillis();
    Position cursor = new Position("0%011x".formatted(old) + epoch.substring(12), 0);
    append(1);

    assertEquals("epoch", Await.get(store.read(topic, cursor, 10)).gap().reason());
  }

  @Test
  void aConsumersClaimKeepsIt() {
    var service = new Caller.Service("test", "1", Set.of("*"), Set.of());
    var consumers = new ConsumerStore(link);
    Await.get(store.interest(topic, NODE));
    Position claimed =
        Await.get(consumers.claim(new Claim(service, topic, "audit", "a", 60_000, true))).cursor();

    Await.get(store.interest(topic, NODE));
    Await.get(store.leave(topic, NODE));

    assertEquals(claimed, Await.get(store.read(topic, claimed, 10)).top());
    assertTrue(ttl(Keys.meta(topic)) > Duration.ofDays(6).toMillis());
  }

  /** The cursor of a reader that saw nothing, of a log that is gone. */
  private Position leftAt() {
    Position cursor = Await.get(store.interest(topic, NODE));
    Await.get(store.leave(topic, NODE));
    return cursor;
  }

  private void append(long n) {
    Await.get(store.append(topic, new Publisher("p-1", 1), n, new byte[] {'1'}));
  }

  private static MeterRegistry meters() {
    return new SimpleMeterRegistry();
  }

  private long ttl(String key) {
    return Await.get(link.send("PTTL", key)).asLong();
  }
}
