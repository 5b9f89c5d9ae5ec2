package dev.holdfast.channels.fanout;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.channels.Await;
import dev.holdfast.channels.log.ChannelsConfig;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.NodeId;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Each node compared at a pace of its own: a hundred nodes made a hundred times as many checks. */
@ExtendWith(RedisExtension.class)
class SharedPaceIT {
  private static final int PER_SECOND = 1_000;
  private static final int NODES = 20;
  private static final int CHANNELS = 40;

  private HubFixture node;

  @BeforeEach
  void open(TestRedis redis) {
    var config = new ChannelsConfig(Map.of(), null, null, null, null, 0, PER_SECOND, null);
    node = new HubFixture(redis.uri(), config);
  }

  @AfterEach
  void close() {
    node.close();
  }

  /** With one to spare at the begin, the others come one by one. */
  @Test
  void aNodeComparesAtItsPartOfThePaceOfAllThatLive() {
    for (int i = 0; i < CHANNELS; i++) {
      var channel = new Channel(node.channel.tenant(), ChannelName.topic("t" + i));
      node.onLoop(() -> node.fanout.open(channel, Start.latest(), new RecordingSink()));
    }
    double before = node.count("holdfast.position.checks");
    Set<NodeId> live = new HashSet<>(Set.of(node.node));
    for (int i = 2; i <= NODES; i++) {
      live.add(new NodeId("n" + i, 1));
    }
    Set<NodeId> more = new HashSet<>(live);
    more.add(new NodeId("dies", 1));
    long begun = System.nanoTime();
    node.hub.nodes(more);
    node.hub.nodes(live);

    Await.until(
        "all are compared", () -> node.count("holdfast.position.checks") >= before + CHANNELS);
    double took = (System.nanoTime() - begun) / 1e9;
    double least = (CHANNELS - 2.0) * NODES / PER_SECOND;
    assertTrue(took >= least, () -> "took " + took + " s, at least " + least);
  }
}
