package dev.holdfast.channels.fanout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.channels.Await;
import dev.holdfast.channels.log.ChannelStore;
import dev.holdfast.channels.log.ChannelsConfig;
import dev.holdfast.core.NodeId;
import dev.holdfast.redis.Keys;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** How long a node's interest lasts, and how it ends if the node dies. */
@ExtendWith(RedisExtension.class)
class InterestIT {
  private static final NodeId DEAD = new NodeId("n2", 1);
  private static final NodeId PAUSED = new NodeId("n3", 1);
  private HubFixture node;

  @BeforeEach
  void open(TestRedis redis) {
    node = new HubFixture(redis.uri(), ChannelsConfig.DEFAULT);
  }

  @AfterEach
  void close() {
    node.close();
  }

  /** Each was renewed every 150 s: 48 commands an hour for an idle connection. */
  @Test
  void itLastsForTwoHoursAndIsRenewedTwiceInThatTime() {
    node.read(Start.latest(), new RecordingSink());

    String score = "ZSCORE";
    String key = Keys.interest(node.channel);
    long until = Await.get(node.link.send(score, key, node.node.toString())).asLong();
    long left = until - System.currentTimeMillis();
    assertTrue(Math.abs(left - Duration.ofHours(2).toMillis()) < 60_000, () -> "lasts " + left);
    assertTrue(ttl() > left, "and its key as well");
  }

  /** The nodes of a cluster may have different settings while these are changed. */
  @Test
  void aNodeWhoseInterestIsShorterDoesNotCutShortThatOfTheOthers() {
    node.read(Start.latest(), new RecordingSink());
    var shorter =
        new ChannelsConfig(Map.of(), Duration.ofSeconds(10), null, null, null, 0, 0, null);

    Await.get(new ChannelStore(node.link, shorter).interest(node.channel, PAUSED));

    assertTrue(ttl() > Duration.ofMinutes(110).toMillis(), () -> "TTL " + ttl());
  }

  @Test
  void thatOfADeadNodeIsTakenBackByTheNextPublicationAndThatOfAPausedOneStays() {
    Await.get(node.behind.interest(node.channel, DEAD));
    Await.get(node.behind.interest(node.channel, PAUSED));
    node.hub.nodes(Set.of(node.node));
    node.publish();
    assertTrue(isInterested(DEAD), "nobody knows yet");

    node.hub.dead(Set.of(DEAD));
    node.publish();

    Await.until("it is taken back", () -> !isInterested(DEAD));
    assertTrue(isInterested(PAUSED), "it may come back in the same life");
    assertEquals(1, node.count("holdfast.interest.dead"));
  }

  @Test
  void theNextLifeOfANodeKeepsItsOwnInterest() {
    NodeId again = new NodeId(DEAD.id(), 2);
    Await.get(node.behind.interest(node.channel, DEAD));
    Await.get(node.behind.interest(node.channel, again));
    node.hub.nodes(Set.of(node.node, again));
    node.hub.dead(Set.of(DEAD));

    node.publish();

    Await.until("the dead one's is taken back", () -> !isInterested(DEAD));
    assertTrue(isInterested(again));
  }

  /** The last reader's node died; nobody publishes there. */
  @Test
  void whatADeadNodeLeavesOfAnEmptyLogGoesWithItsInterest() {
    Await.get(node.behind.interest(node.channel, DEAD));

    long meta = Await.get(node.link.send("PTTL", Keys.meta(node.channel))).asLong();

    assertFalse(meta > Duration.ofMinutes(121).toMillis(), () -> "TTL " + meta);
  }

  private boolean isInterested(NodeId who) {
    String score = "ZSCORE";
    return !Await.get(node.link.send(score, Keys.interest(node.channel), who.toString())).isNull();
  }

  private long ttl() {
    return Await.get(node.link.send("PTTL", Keys.interest(node.channel))).asLong();
  }
}
