package dev.holdfast.channels.fanout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.channels.Await;
import dev.holdfast.channels.Hint;
import dev.holdfast.channels.log.ChannelStore;
import dev.holdfast.channels.log.ChannelsConfig;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisConfig;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The interest of a living node in a channel that nobody reads there. */
@ExtendWith(RedisExtension.class)
class LeavesIT {
  private static final Duration PATIENT = Duration.ofSeconds(20);
  private static final Duration SHORT = Duration.ofMillis(500);

  private final RecordingSink sink = new RecordingSink();
  private TestRedis redis;
  private RedisRelay relay;
  private HubFixture node;
  private RedisLink direct;
  private ChannelStore store;

  @BeforeEach
  void open(TestRedis given) {
    redis = given;
    relay = new RedisRelay(redis.uri());
  }

  /**
   * Starts a node whose hub is behind a relay; its service, which publishes, is not.
   *
   * @param timeout of the hub's commands; an eighth of the longest time that one may be late
   */
  private void start(Duration timeout) {
    RedisConfig straight = RedisConfig.of(redis.uri());
    RedisConfig relayed = RedisConfig.of(relay.uri()).withCommandTimeout(timeout);
    Duration leave = Duration.ofMillis(10);
    var config = new ChannelsConfig(Map.of(), null, leave, null, null, 0, 0, null);
    node = new HubFixture(relayed, straight, config);
    direct = Await.get(RedisLink.open(node.vertx, straight, "direct", node.registry));
    store = new ChannelStore(direct, config);
  }

  @AfterEach
  void close() {
    node.close();
    relay.close();
  }

  private boolean isInterested() {
    String member = node.node.toString();
    return !Await.get(direct.send("ZSCORE", Keys.interest(node.channel), member)).isNull();
  }

  private double unread() {
    return node.count("holdfast.interest.unread");
  }

  private void publish() {
    double before = node.count("holdfast.hints");
    node.publish();
    Await.until("its hint has come", () -> node.count("holdfast.hints") > before);
  }

  private void read() {
    node.loop.runOnContext(
        now -> node.fanout.open(node.channel, Start.latest(), sink).onSuccess(Subscription::start));
  }

  /**
   * A service subscribes a session: the node that it asks asserts its interest to learn the
   * position. It was sent each publication for two hours.
   */
  @Test
  void whatWasAssertedForAPositionAloneIsTakenBackByTheFirstHint() {
    start(PATIENT);
    Await.get(store.interest(node.channel, node.node));

    publish();

    Await.until("it is taken back", () -> !isInterested());
    assertEquals(1, unread());
  }

  /** Redis was away when the last reader left, and the interest stayed. */
  @Test
  void aLeaveThatWasLostIsMadeUpForByAHint() {
    start(SHORT);
    loseTheLeave();
    assertTrue(isInterested());

    Await.until("it is taken back", this::isLeftAfterAHint);
  }

  /** Opens the channel and closes it, while Redis does not get what the hub sends. */
  private void loseTheLeave() {
    Subscription subscription = node.read(Start.latest(), new RecordingSink());
    double lost = node.count("holdfast.interest.leaves.lost");
    double reconnects = node.count("holdfast.redis.reconnects");
    relay.holdAskedOverFirst();
    node.onLoop(
        () -> {
          subscription.close();
          return Future.succeededFuture();
        });
    Await.until("the leave fails", () -> node.count("holdfast.interest.leaves.lost") > lost);
    Await.until("the link is back", () -> node.count("holdfast.redis.reconnects") > reconnects);
  }

  private boolean isLeftAfterAHint() {
    node.publish();
    return !isInterested();
  }

  /** A tenant whose services subscribe sessions to very many channels. */
  @Test
  void aFloodOfHintsThatNobodyReadsStartsNoMoreThanSixtyFourLeavesAtATime() {
    start(PATIENT);
    relay.holdFirst();

    node.hub.hints(hints());
    node.hub.hints(hints());
    Await.until("all have come", () -> node.count("holdfast.hints") == 2 * 100);

    assertEquals(Leaves.MOST_UNDER_WAY, unread());
    relay.release();
    Await.until("others follow", this::isGoingOn);
  }

  private boolean isGoingOn() {
    node.hub.hints(hints());
    return unread() > Leaves.MOST_UNDER_WAY;
  }

  private List<Hint> hints() {
    return IntStream.range(0, 100)
        .mapToObj(i -> new Channel(node.channel.tenant(), ChannelName.topic("t" + i)))
        .map(channel -> new Hint(channel, "e", 1, 1, new byte[] {'1'}))
        .toList();
  }

  /** Whatever the connections are that the two go over: the hint after it is not unread. */
  @Test
  void aChannelThatOpensDuringALeaveAssertsItsInterestAfterIt() {
    start(PATIENT);
    Await.get(store.interest(node.channel, node.node));
    relay.holdFirst();
    publish();
    Await.until("it is taken back, unseen", () -> !isInterested());
    read();
    Await.until("it is asserted, unseen", this::isInterested);
    publish();
    assertEquals(1, unread());
    takeBack(); // as if the leave had come after

    relay.release();

    Await.until("it is asserted again", this::isInterested);
    Await.until("the event", () -> sink.seqs().equals(List.of(2L)));
    assertEquals(1, unread());
  }

  private void takeBack() {
    Await.get(store.leave(node.channel, node.node));
  }

  /** Over a connection that broke, Redis may get it seconds later. */
  @Test
  void aChannelThatOpensAfterALostLeaveAssertsItsInterestOnceThatCanNotComeAnyMore() {
    start(SHORT);
    loseTheLeave();
    read();
    Await.until("it is open", () -> !sink.all("live").isEmpty());
    takeBack(); // as if the leave came now

    Await.until("it is asserted again", this::isInterested);
    publish();
    Await.until("the event", () -> sink.seqs().equals(List.of(1L)));
    assertEquals(0, unread());
  }
}
