package dev.holdfast.channels.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.channels.Await;
import dev.holdfast.channels.PublishKeyed;
import dev.holdfast.channels.Publisher;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.Ids;
import dev.holdfast.core.NodeId;
import dev.holdfast.core.Position;
import dev.holdfast.core.bounds.Budget;
import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisConfig;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.testkit.OwnRedis;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Redis names the readers of a channel only to who does not know them: a hundred names took four
 * times as long as the append. Whoever knows them must never miss one.
 */
@ExtendWith(RedisExtension.class)
class KnownReadersIT {
  private static final int NODES = 100;
  private static final Pattern ZRANGES = Pattern.compile("cmdstat_zrange:calls=(\\d+)");

  private final Vertx vertx = Vertx.vertx();
  private final Budget.Share room =
      new Budget(new SimpleMeterRegistry()).share("readers", 64 << 10);
  private final Channel topic = new Channel("t" + Ids.fresh(), ChannelName.topic("news"));
  private RedisLink link;
  private ChannelStore store;
  private boolean older;
  private long n;

  @BeforeEach
  void open(@OwnRedis TestRedis redis) {
    RedisConfig config = RedisConfig.of(redis.uri()).withConnectTimeout(Duration.ofSeconds(20));
    link = Await.get(RedisLink.open(vertx, config, "test", new SimpleMeterRegistry()));
    store =
        new ChannelStore(link, ChannelsConfig.DEFAULT).knowing(new KnownReaders(room, () -> older));
    joinAll(topic, 0);
  }

  @AfterEach
  void close() {
    Await.get(vertx.close());
  }

  @Test
  void theyAreNamedOnceWhileTheyStayTheSame() {
    Set<NodeId> first = readers();
    long before = named();

    for (int i = 0; i < 50; i++) {
      assertEquals(first, readers());
      assertEquals(first, keyed());
    }

    assertEquals(NODES, first.size());
    assertEquals(before, named());
  }

  @Test
  void whoComesIsKnownToTheNextAppend() {
    readers();
    join(topic, node(NODES));

    assertTrue(readers().contains(node(NODES)));
    assertTrue(keyed().contains(node(NODES)));
  }

  @Test
  void oneThatComesForOneThatLeavesIsKnownToTheNextAppend() {
    readers();
    Await.get(store.leave(topic, node(0)));
    join(topic, node(NODES));

    Set<NodeId> now = readers();
    assertEquals(NODES, now.size());
    assertTrue(now.contains(node(NODES)));
  }

  @Test
  void whoseInterestRunsOutIsReplacedByWhoComes() {
    readers();
    Await.get(link.send("ZADD", Keys.interest(topic), 1, node(0).toString()));
    join(topic, node(NODES));

    Set<NodeId> now = readers();
    assertEquals(NODES, now.size());
    assertTrue(now.contains(node(NODES)));
    assertEquals(now, readers());
  }

  /** Which gives no version to what it changes. */
  @Test
  void aNodeOfAnOlderBuildThatComesIsSeenByTheNumberOfReaders() {
    readers();
    Await.get(
        link.send("ZADD", Keys.interest(topic), Long.MAX_VALUE >> 11, node(NODES).toString()));

    assertTrue(readers().contains(node(NODES)));
  }

  @Test
  void whileSuchANodeLivesTheReadersAreNamedEachTime() {
    readers();
    Await.get(
        link.send("ZADD", Keys.interest(topic), Long.MAX_VALUE >> 11, node(NODES).toString()));
    Await.get(link.send("ZREM", Keys.interest(topic), node(0).toString()));
    older = true;

    assertTrue(readers().contains(node(NODES)));
  }

  /** A log that began anew has other readers; they may be as many. */
  @Test
  void aLogThatBeganAnewHasNoReadersOfBefore() {
    readers();
    Await.get(link.send("DEL", Keys.meta(topic), Keys.interest(topic)));
    joinAll(topic, NODES);

    assertTrue(readers().contains(node(NODES)));
  }

  /** Two copies of the data that went apart after a failover. */
  @Test
  void aVersionThatIsOlderThanTheKnownOneIsNoReasonToKnowBetter() {
    Set<NodeId> before = readers();
    var version = Await.get(link.send("HGET", Keys.meta(topic), "v")).asText();
    join(topic, node(NODES));
    readers();

    Await.get(link.send("ZREM", Keys.interest(topic), node(NODES).toString()));
    Await.get(link.send("HSET", Keys.meta(topic), "v", version));

    assertEquals(before, readers());
  }

  @Test
  void whatIsKnownIsBoundedInBytesAndTheRestIsAskedFor() {
    for (int i = 0; i < 10; i++) {
      var channel = new Channel(topic.tenant(), ChannelName.topic("t" + i));
      joinAll(channel, 0);
      assertEquals(NODES, readers(channel).size());
    }

    assertTrue(room.used() <= room.limit(), () -> "bytes: " + room.used());
    assertEquals(NODES, readers().size());
  }

  private static NodeId node(int i) {
    return new NodeId("node-" + i, 1_700_000_000_000L + i);
  }

  private void joinAll(Channel channel, int from) {
    List<Future<Position>> joined = new ArrayList<>();
    for (int i = 0; i < NODES; i++) {
      joined.add(store.interest(channel, node(from + i)));
    }
    Await.get(Future.all(joined));
  }

  private void join(Channel channel, NodeId node) {
    Await.get(store.interest(channel, node));
  }

  private Set<NodeId> readers() {
    return readers(topic);
  }

  private Set<NodeId> readers(Channel channel) {
    var publisher = new Publisher("p-" + channel.name().id(), 1);
    long number = channel.equals(topic) ? ++n : 1;
    return new HashSet<>(
        Await.get(store.append(channel, publisher, number, new byte[] {'1'})).nodes());
  }

  private Set<NodeId> keyed() {
    var caller = new Caller.Service("test", "1", Set.of("*"), Set.of());
    var entry = new PublishKeyed.Entry(null, "e", "1", false);
    return new HashSet<>(
        Await.get(store.appendKeyed(caller, topic, entry, new byte[] {'1'})).nodes());
  }

  private long named() {
    String stats = Await.get(link.send("INFO", "commandstats")).asText();
    Matcher calls = ZRANGES.matcher(stats);
    return calls.find() ? Long.parseLong(calls.group(1)) : 0;
  }
}
