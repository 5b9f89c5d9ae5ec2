package dev.holdfast.channels.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.channels.Await;
import dev.holdfast.channels.ChannelMessage;
import dev.holdfast.channels.Gap;
import dev.holdfast.channels.PublishKeyed;
import dev.holdfast.channels.Publisher;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.Ids;
import dev.holdfast.core.NodeId;
import dev.holdfast.core.Position;
import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisConfig;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** How much logs of different kinds leave in Redis, and for how long. */
@ExtendWith(RedisExtension.class)
class LogLifeIT {
  private static final NodeId NODE = new NodeId("n1", 7);

  private final Vertx vertx = Vertx.vertx();
  private final String tenant = "t" + Ids.fresh();
  private RedisLink link;
  private ChannelStore store;

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

  private Position append(Channel channel, long n) {
    var publisher = new Publisher("p-1", 1);
    return Await.get(store.append(channel, publisher, n, new byte[] {'1'})).result().position();
  }

  private Duration metaTtl(Channel channel) {
    long ms = Await.get(link.send("PTTL", Keys.meta(channel))).asLong();
    return Duration.ofHours(Math.round(ms / 3_600_000.0));
  }

  /** Ten runs a second left 6 million metas, for 7 days each. */
  @Test
  void aRunsMetaOutlivesItsEntriesByADayAndOthersStayAWeek() {
    Channel run = new Channel(tenant, ChannelName.parse("run:r1"));
    Channel topic = new Channel(tenant, ChannelName.topic("news"));

    append(run, 1);
    append(topic, 1);
    assertEquals(Duration.ofHours(48), metaTtl(run));
    assertEquals(Duration.ofDays(7), metaTtl(topic));

    Await.get(store.interest(run, NODE));
    assertEquals(Duration.ofHours(48), metaTtl(run));
  }

  @Test
  void aCursorThatComesAfterMetaWentGetsAGap() {
    Channel run = new Channel(tenant, ChannelName.parse("run:r1"));
    append(run, 1);
    Position cursor = append(run, 2);
    Await.get(link.send("DEL", Keys.meta(run), Keys.log(run)));

    Position begun = Await.get(store.interest(run, NODE));
    ChannelStore.Chunk empty = Await.get(store.read(run, cursor, 10));
    append(run, 3);
    ChannelStore.Chunk chunk = Await.get(store.read(run, cursor, 10));

    assertNotEquals(cursor.epoch(), begun.epoch());
    assertEquals(new Gap(cursor, begun, "epoch"), empty.gap());
    assertEquals(new Gap(cursor, begun, "epoch"), chunk.gap());
    assertEquals(begun.seq() + 1, chunk.entries().get(0).seq());
  }

  /** A kill of 10,000 sessions wrote 20,000 entries into a log that kept 10,000. */
  @Test
  void systemChannelsKeepMoreThanTheirTenantsOthers() {
    Channel sessions = new Channel("acme", ChannelName.system("sessions"));
    var small = new Retention(100, 0, null);
    var own = new Retention(7, 0, null);

    Retention kept = ChannelsConfig.DEFAULT.retentionOf(sessions);
    assertEquals(new Retention(1_000_000, 256L << 20, Duration.ofHours(24)), kept);
    assertEquals(kept, retention(Map.of("acme", small, "default", small)).retentionOf(sessions));
    assertEquals(own, retention(Map.of("acme/system", own)).retentionOf(sessions));
    assertEquals(own, retention(Map.of("system", own)).retentionOf(sessions));
  }

  @Test
  void tooManyKeysAreRefusedWithTheTimeUntilTheFirstGoes() {
    Channel topic = new Channel(tenant, ChannelName.topic("news"));
    String fill =
        "local t = redis.call('TIME') local now = t[1] * 1000 + math.floor(t[2] / 1000) - 30000 for"
            + " i = 1, ARGV[1] do redis.call('ZADD', KEYS[1], string.format('%.0f', now + i % 100),"
            + " i) end";
    Await.get(link.send("EVAL", fill, 1, Keys.idempotencyTimes(topic), ChannelStore.MOST_KEYS - 1));

    assertFalse(keyed(topic, "a").duplicate());
    ChannelMessage.Result refused = keyed(topic, "b");

    assertEquals(ErrorCode.RATE_LIMITED, refused.refused());
    long wait = refused.retryAfter();
    assertTrue(wait > 0 && wait <= 90_000, "retry after " + wait + " ms");
    assertTrue(keyed(topic, "a").duplicate());
  }

  /** Each name that a caller thought of left a key for hours, 3,000 a second. */
  @Test
  void tooManyNamesOfPublishersAreRefusedAndThoseThatAreThereGoOn() {
    Channel topic = new Channel(tenant, ChannelName.topic("news"));
    Caller caller = new Caller.Service("test", "1", Set.of("*"), Set.of());
    Caller other = new Caller.Service("other", "1", Set.of("*"), Set.of());
    assertNull(named(caller, topic, "a", 1).refused());
    fill(Await.get(link.send("KEYS", "hf:hpubs:*" + tenant + "*")).at(0).asText());

    ChannelMessage.Result refused = named(caller, topic, "b", 1);

    assertEquals(ErrorCode.RATE_LIMITED, refused.refused());
    long wait = refused.retryAfter();
    long life = Publisher.REMEMBERED.toMillis();
    assertTrue(wait > 0 && wait <= life - 30_000, "retry after " + wait + " ms");
    assertNull(named(caller, topic, "a", 2).refused());
    assertNull(named(other, topic, "b", 1).refused());
    append(topic, 1);
  }

  /** With names of half a minute ago. */
  private void fill(String names) {
    String fill =
        "local t = redis.call('TIME') local now = t[1] * 1000 + math.floor(t[2] / 1000) - 30000 for"
            + " i = 1, ARGV[1] do redis.call('ZADD', KEYS[1], string.format('%.0f', now - i % 100),"
            + " i) end";
    Await.get(link.send("EVAL", fill, 1, names, ChannelStore.MOST_NAMES - 1));
  }

  private ChannelMessage.Result named(Caller caller, Channel channel, String name, long n) {
    Publisher publisher = Publisher.of(caller, name);
    return Await.get(store.appendNamed(caller, channel, publisher, n, new byte[] {'1'})).result();
  }

  private ChannelMessage.Result keyed(Channel channel, String key) {
    Caller caller = new Caller.Service("test", "1", Set.of("*"), Set.of());
    var entry = new PublishKeyed.Entry(key, "e", "1", false);
    return Await.get(store.appendKeyed(caller, channel, entry, new byte[] {'1'})).result();
  }

  private static ChannelsConfig retention(Map<String, Retention> of) {
    return new ChannelsConfig(of, null, null, null, null, 0, 0, null);
  }
}
