package dev.holdfast.channels.fanout;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.holdfast.channels.Await;
import dev.holdfast.channels.log.ChannelsConfig;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.NodeId;
import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisConfig;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Channels that are left while their positions are compared, or are to be. */
@ExtendWith(RedisExtension.class)
class LeaveIT {
  private static final NodeId PEER = new NodeId("n2", 1);

  /** More than are under way at a time, so that some wait. */
  private static final int CHANNELS = 20;

  private static final int UNDER_WAY = 8;

  private List<Channel> channels;
  private RedisRelay relay;
  private HubFixture node;
  private RedisLink direct;

  @BeforeEach
  void open(TestRedis redis) {
    relay = new RedisRelay(redis.uri());
    RedisConfig patient = RedisConfig.of(relay.uri()).withCommandTimeout(Duration.ofSeconds(20));
    var config = new ChannelsConfig(Map.of(), null, Duration.ofMillis(10), null, null, 0, 0, null);
    node = new HubFixture(patient, config);
    direct =
        Await.get(RedisLink.open(node.vertx, RedisConfig.of(redis.uri()), "direct", node.registry));
    channels =
        IntStream.range(0, CHANNELS)
            .mapToObj(i -> new Channel(node.channel.tenant(), ChannelName.topic("t" + i)))
            .toList();
  }

  @AfterEach
  void close() {
    node.close();
    relay.close();
  }

  private Subscription read(Channel channel) {
    return node.onLoop(() -> node.fanout.open(channel, Start.latest(), new RecordingSink()));
  }

  private void aPeerDies() {
    node.hub.nodes(Set.of(node.node, PEER));
    node.hub.nodes(Set.of(node.node));
  }

  private double open() {
    return node.registry.get("holdfast.channels.open").gauge().value();
  }

  private long interested() {
    return channels.stream().filter(this::isInterested).count();
  }

  private boolean isInterested(Channel channel) {
    String score = "ZSCORE";
    return !Await.get(direct.send(score, Keys.interest(channel), node.node.toString())).isNull();
  }

  /**
   * A check that waited for its turn, or that Redis got after the interest had been taken back,
   * asserted it again: the node was sent hints for some minutes that nobody there wanted.
   */
  @Test
  void noCheckThatIsQueuedOrUnderWayAssertsInterestAgain() {
    var stays = new RecordingSink();
    node.read(Start.latest(), stays);
    List<Subscription> leave = channels.stream().map(this::read).toList();
    assertEquals(CHANNELS, interested());
    double before = node.count("holdfast.position.checks");
    relay.holdAskedOverSecond();
    aPeerDies();
    Await.until(
        "checks are under way", () -> node.count("holdfast.position.checks") == before + UNDER_WAY);
    leaveAll(leave);
    Await.until("what only waits is left", () -> open() <= 1 + UNDER_WAY);

    relay.release();

    Await.until("all are left", () -> open() == 1);
    awaitCheckOfWhatStays(stays);
    assertEquals(0, interested());
  }

  private void leaveAll(List<Subscription> subscriptions) {
    node.onLoop(
        () -> {
          subscriptions.forEach(Subscription::close);
          return Future.succeededFuture();
        });
  }

  /** One that comes after all that were queued, over the same connection. */
  private void awaitCheckOfWhatStays(RecordingSink stays) {
    node.publishUnnoticed();
    aPeerDies();
    Await.until("it is compared", () -> stays.seqs().equals(List.of(1L)));
  }
}
