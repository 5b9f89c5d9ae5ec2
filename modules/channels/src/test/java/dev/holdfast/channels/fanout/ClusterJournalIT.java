package dev.holdfast.channels.fanout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.channels.Await;
import dev.holdfast.channels.Hint;
import dev.holdfast.channels.Publisher;
import dev.holdfast.channels.log.ChannelStore;
import dev.holdfast.channels.log.ChannelsConfig;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.Ids;
import dev.holdfast.core.NodeId;
import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisConfig;
import dev.holdfast.redis.ShardTags;
import dev.holdfast.redis.topology.ClusterSeeds;
import dev.holdfast.testkit.TestRedis;
import dev.holdfast.testkit.redis.ClusterServer;
import dev.holdfast.testkit.redis.ClusterServers;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** In a Redis Cluster a node has a journal at each shard, which an append there can write to. */
class ClusterJournalIT {
  private static final int CHANNELS = 60;

  private static TestRedis some;
  private static ClusterServers cluster;

  private final NodeId peer = new NodeId("n" + Ids.fresh(), 1);
  private final Map<Integer, RecordingSink> sinks = new HashMap<>();
  private final Map<Integer, Long> numbers = new HashMap<>();
  private HubFixture node;
  private ChannelStore ofPeer;

  @BeforeAll
  static void startServers() {
    some = TestRedis.own();
    cluster = ClusterServers.start(some.binary(), 3, 0);
  }

  @AfterAll
  static void closeServers() {
    if (cluster != null) {
      cluster.close();
    }
    some.close();
  }

  @BeforeEach
  void open() {
    RedisConfig redis =
        RedisConfig.of("redis://cluster").withCluster(new ClusterSeeds(cluster.addresses()));
    node = new HubFixture(redis, ChannelsConfig.DEFAULT);
    ofPeer = node.behind.journaling(peer);
    openAll();
    node.hub.nodes(Set.of(peer));
    node.bus.hint(node.node.address(), new Hint.Beat(peer, 0, now()));
  }

  @AfterEach
  void close() {
    node.close();
  }

  private Channel channel(int i) {
    return new Channel(node.channel.tenant(), ChannelName.topic("t" + i));
  }

  private void openAll() {
    var opened = new AtomicInteger();
    node.loop.runOnContext(
        now -> {
          for (int i = 0; i < CHANNELS; i++) {
            var sink = new RecordingSink();
            sinks.put(i, sink);
            node.fanout
                .open(channel(i), Start.latest(), sink)
                .onSuccess(Subscription::start)
                .onSuccess(open -> opened.incrementAndGet());
          }
        });
    Await.until("all are open", () -> opened.get() == CHANNELS);
  }

  private Future<?> publish(int i) {
    long n = numbers.merge(i, 1L, Long::sum);
    return ofPeer.append(
        channel(i), new Publisher("p-" + peer.id(), 1), n, ("\"n\":" + n).getBytes());
  }

  private long now() {
    var time = Await.get(node.link.send("TIME"));
    return time.at(0).asLong() * 1_000 + time.at(1).asLong() / 1_000;
  }

  private double checks() {
    return node.count("holdfast.position.checks");
  }

  private void awaitSeqs(int i, Long... seqs) {
    Await.until("the events of " + i, () -> sinks.get(i).seqs().equals(List.of(seqs)));
  }

  /** The tags under which the peer has a journal. */
  private List<String> journals() {
    return ShardTags.ALL.stream()
        .filter(tag -> Await.get(node.link.send("XLEN", Keys.journal(peer, tag))).asLong() > 0)
        .toList();
  }

  /** All of the channels were compared, as there were no journals. */
  @Test
  void afterADeathOnlyWhatTheDeadNodePublishedToIsCompared() {
    double before = checks();
    for (int i = 0; i < 12; i++) {
      Await.get(publish(i));
    }
    assertEquals(3, journals().size(), () -> "one at each shard: " + journals());

    node.hub.nodes(Set.of());

    for (int i = 0; i < 12; i++) {
      awaitSeqs(i, 1L);
    }
    // A peer that was silent for a while on a slow machine is looked at twice.
    assertTrue(checks() - before < CHANNELS, () -> "not all: " + (checks() - before));
  }

  /** All publications at its shard waited for the end of the move, and were refused. */
  @Test
  void aJournalsSlotThatIsOnItsWayHoldsUpNoAppend() {
    ClusterServer from = cluster.masterOf(Keys.meta(channel(0)));
    ClusterServer to = another(from);
    int slot =
        ShardTags.ALL.stream()
            .map(cluster::slot)
            .filter(one -> cluster.masterOf(one) == from)
            .findFirst()
            .orElseThrow();
    cluster.beginMove(slot, from, to);
    try {
      Await.get(publish(0));
    } finally {
      String number = Integer.toString(slot);
      from.call("CLUSTER", "SETSLOT", number, "STABLE");
      to.call("CLUSTER", "SETSLOT", number, "STABLE");
    }
    assertEquals(1, journals().size());

    node.hub.nodes(Set.of());

    awaitSeqs(0, 1L);
  }

  /** None was used until that shard was back. */
  @Test
  void whileAShardIsAwayTheJournalsOfTheOthersAreUsed() {
    for (int i = 0; i < 12; i++) {
      Await.get(publish(i));
    }
    ClusterServer away = another(cluster.masterOf(Keys.leases()));
    List<Integer> here =
        IntStream.range(0, 12)
            .filter(i -> cluster.masterOf(Keys.meta(channel(i))) != away)
            .boxed()
            .toList();
    away.kill();
    try {
      node.hub.nodes(Set.of());
      here.forEach(i -> awaitSeqs(i, 1L));
    } finally {
      away.start();
      cluster.awaitWhole();
    }
    for (int i = 0; i < 12; i++) {
      awaitSeqs(i, 1L);
    }
  }

  /** From 300 notes a second on it did not go back by the 30 s from which it is read. */
  @Test
  void aJournalKeepsTenTimesAsManyNotesAsWithoutACluster() {
    Await.get(publish(0));
    String key = Keys.journal(peer, journals().get(0));
    String fill = "for i = 1, 20000 do redis.call('XADD', KEYS[1], '*', 'c', 't/topic:x') end";
    cluster.masterOf(key).call("EVAL", fill, "1", key);

    for (int i = 1; i < CHANNELS; i++) {
      Await.get(publish(i));
    }

    long kept = Await.get(node.link.send("XLEN", key)).asLong();
    assertTrue(kept > 20_001, () -> "kept: " + kept);
  }

  private static ClusterServer another(ClusterServer than) {
    return cluster.servers().stream().filter(other -> other != than).findFirst().orElseThrow();
  }

  @Test
  void whileAJournalsSlotMovesNothingIsAppendedWithoutANote() {
    double before = checks();
    Await.get(publish(0));
    String tag = journals().get(0);
    ClusterServer from = cluster.masterOf(Keys.meta(channel(0)));
    ClusterServer to = another(from);
    int slot = cluster.slot(tag);
    assertEquals(from, cluster.masterOf(slot));
    cluster.move(slot, to);
    try {
      // Found by a server that knew of the move, before this node was.
      Await.get(publish(0));
      for (int i = 1; i < 12; i++) {
        Await.get(publish(i));
      }
    } finally {
      cluster.move(slot, from);
    }
    assertTrue(journals().size() >= 3, () -> "at each shard: " + journals());

    node.hub.nodes(Set.of());

    awaitSeqs(0, 1L, 2L);
    for (int i = 1; i < 12; i++) {
      awaitSeqs(i, 1L);
    }
    assertTrue(checks() - before < CHANNELS, () -> "not all: " + (checks() - before));
  }
}
