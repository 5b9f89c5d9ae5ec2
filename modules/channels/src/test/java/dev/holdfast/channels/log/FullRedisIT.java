package dev.holdfast.channels.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.channels.Await;
import dev.holdfast.channels.ConsumerMessage;
import dev.holdfast.channels.ConsumerMessage.Claim;
import dev.holdfast.channels.ConsumerRef;
import dev.holdfast.channels.Publisher;
import dev.holdfast.core.Caller;
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
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a Redis takes that has no memory left: readers and consumers go on, nothing is added. */
@ExtendWith(RedisExtension.class)
class FullRedisIT {
  private static final Caller SERVICE = new Caller.Service("test", "1", Set.of("*"), Set.of());
  private static final long LEASE = 60_000;

  private final Vertx vertx = Vertx.vertx();
  private final NodeId node = new NodeId("n", 1);
  private final Channel known = new Channel("t" + Ids.fresh(), ChannelName.topic("known"));
  private final Channel unknown = new Channel(known.tenant(), ChannelName.topic("unknown"));
  private RedisLink link;
  private ChannelStore logs;
  private ConsumerStore consumers;

  @BeforeEach
  void open(@OwnRedis TestRedis redis) {
    RedisConfig config = RedisConfig.of(redis.uri()).withConnectTimeout(Duration.ofSeconds(20));
    link = Await.get(RedisLink.open(vertx, config, "test", new SimpleMeterRegistry()));
    logs = new ChannelStore(link, ChannelsConfig.DEFAULT);
    consumers = new ConsumerStore(link);
  }

  @AfterEach
  void close() {
    Await.get(vertx.close());
  }

  @Test
  void readersAndConsumersOfLogsThatAreThereGoOn() {
    Position first = Await.get(append(known, 1)).result().position();
    ConsumerRef held = consumer("a");
    fill();

    assertEquals(first, Await.get(logs.interest(known, node)));
    assertEquals(1, Await.get(logs.read(known, first.at(0), 10)).entries().size());
    Await.get(logs.fence(known, new Publisher("p", 2)));
    assertTrue(Await.get(consumers.commit(held, first, LEASE)));
    Await.get(consumers.release(held));
    assertEquals(first, Await.get(claim(known, "audit", "b")).cursor());
    Await.get(logs.leave(known, node));
  }

  /** After a restart at its limit a log goes on as a new epoch, for readers too. */
  @Test
  void aLogIsReadThatWasWrittenOnTheServerBefore() {
    Position first = Await.get(append(known, 1)).result().position();
    Await.get(link.send("HSET", Keys.meta(known), "r", "another token"));
    fill();

    assertRefused(append(known, 2));
    assertEquals(1, Await.get(logs.read(known, first.at(0), 10)).entries().size());
  }

  /** A log that was new got around the limit: the first write of its append needed no memory. */
  @Test
  void nothingIsAdded() {
    Await.get(append(known, 1));
    fill();

    assertRefused(append(known, 2));
    assertRefused(append(unknown, 1));
    assertRefused(logs.interest(unknown, node));
    assertRefused(claim(unknown, "audit", "a"));
    assertRefused(claim(known, "new", "a"));

    String left = "hf:*{" + unknown.tenant() + "/" + unknown.name() + "}*";
    assertEquals(0, Await.get(link.send("KEYS", left)).size());
    Await.get(link.send("CONFIG", "SET", "maxmemory", 0));
    assertFalse(Await.get(append(known, 2)).result().duplicate());
  }

  private void fill() {
    Await.get(link.send("CONFIG", "SET", "maxmemory", 1));
  }

  private Future<ChannelStore.Appended> append(Channel channel, long n) {
    byte[] body = "\"event\":\"e\",\"data\":1".getBytes(StandardCharsets.UTF_8);
    return logs.append(channel, new Publisher("p", 1), n, body);
  }

  private ConsumerRef consumer(String owner) {
    return new ConsumerRef(
        known, "audit", owner, Await.get(claim(known, "audit", owner)).generation());
  }

  private Future<ConsumerMessage.Claimed> claim(Channel channel, String name, String owner) {
    return consumers.claim(new Claim(SERVICE, channel, name, owner, LEASE, true));
  }

  private static void assertRefused(Future<?> asked) {
    var refused = assertThrows(HoldfastException.class, () -> Await.get(asked));
    assertEquals(ErrorCode.STORE_FULL, refused.code());
  }
}
