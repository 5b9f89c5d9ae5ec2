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
import dev.holdfast.core.NodeId;
import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisConfig;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.testkit.OwnRedis;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import io.vertx.core.Promise;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Comparing positions: what it finds, and what it costs Redis. */
@ExtendWith(RedisExtension.class)
class ChecksIT {
  private static final NodeId PEER = new NodeId("n2", 1);
  private static final Pattern CALLS = Pattern.compile("cmdstat_evalsha:calls=(\\d+)");

  private TestRedis redis;
  private RedisRelay relay;
  private HubFixture node;
  private RedisLink direct;

  @BeforeEach
  void open(@OwnRedis TestRedis own) {
    redis = own;
    relay = new RedisRelay(redis.uri());
    RedisConfig patient = RedisConfig.of(relay.uri()).withCommandTimeout(Duration.ofSeconds(20));
    node = new HubFixture(patient, ChannelsConfig.DEFAULT);
    // It is slow too while Redis is paused, and what fails on it is counted with the rest.
    RedisConfig straight = RedisConfig.of(redis.uri()).withCommandTimeout(Duration.ofSeconds(20));
    direct = Await.get(RedisLink.open(node.vertx, straight, "direct", node.registry));
  }

  @AfterEach
  void close() {
    node.close();
    relay.close();
  }

  private long scripts() {
    String stats = Await.get(direct.send("INFO", "commandstats")).asText();
    Matcher calls = CALLS.matcher(stats);
    return calls.find() ? Long.parseLong(calls.group(1)) : 0;
  }

  private void beat(long number) {
    node.bus.hint(node.node.address(), new Hint.Beat(PEER, number, 0));
  }

  private double checks() {
    return node.count("holdfast.position.checks");
  }

  /**
   * The answer of a check that was under way when a loss was reported may be of before the loss:
   * nobody asked again, and the event came with the renewal, two minutes later.
   */
  @Test
  void aLossThatIsReportedDuringACheckIsLookedForAgain() {
    var sink = new RecordingSink();
    node.read(Start.latest(), sink);
    Await.until("live", () -> !sink.all("live").isEmpty());
    long before = scripts();
    relay.hold();
    beat(1);
    Await.until("the check is answered, unread", () -> scripts() > before);
    append(1);
    beat(2);
    Await.until("both losses are noticed", () -> node.count("holdfast.hints.lost") == 2);

    relay.release();

    Await.until("the event", () -> sink.seqs().equals(List.of(1L)));
  }

  private void append(long n) {
    var behind = new ChannelStore(direct, ChannelsConfig.DEFAULT);
    byte[] body = ("\"n\":" + n).getBytes();
    Await.get(behind.append(node.channel, new Publisher("p-1", 1), n, body));
  }

  /**
   * Checks and reads have links of their own, so a check may see what the read that is under way
   * has not seen: it is not to be taken for read.
   */
  @Test
  void aLossThatIsFoundWhileTheLogIsReadIsReadToo() {
    var sink = new RecordingSink();
    node.read(Start.latest(), sink);
    Await.until("live", () -> !sink.all("live").isEmpty());
    append(1);
    long before = scripts();
    relay.holdFirst();
    beat(1);
    Await.until("checked, and read, unseen", () -> scripts() >= before + 2);
    append(2);
    double checked = checks();
    beat(2);
    Await.until("checked again", () -> checks() > checked && scripts() >= before + 4);

    relay.release();

    Await.until("both events", () -> sink.seqs().equals(List.of(1L, 2L)));
  }

  private void openMany(int channels) {
    var opened = new AtomicInteger();
    node.loop.runOnContext(
        now ->
            IntStream.range(0, channels)
                .mapToObj(i -> new Channel(node.channel.tenant(), ChannelName.topic("t" + i)))
                .forEach(
                    channel ->
                        node.fanout
                            .open(channel, Start.latest(), new RecordingSink())
                            .onSuccess(open -> opened.incrementAndGet())));
    Await.until("all are open", () -> opened.get() == channels);
  }

  private void aPeerDies() {
    node.hub.nodes(Set.of(node.node, PEER));
    node.hub.nodes(Set.of(node.node));
  }

  /**
   * Checks were sent by a timer, 2,000 a second, whether Redis answered or not: a hundred nodes
   * that miss one were more than any Redis can do.
   */
  @Test
  void aRedisThatAnswersNothingIsAskedNoMoreThanSixtyFourThingsAtATime() {
    openMany(1_000);
    double before = checks();
    redis.pause();
    aPeerDies();

    Await.until("checks begin", () -> checks() > before);
    Promise<Void> aWhile = Promise.promise();
    node.vertx.setTimer(1_000, timer -> aWhile.complete());
    Await.get(aWhile.future());
    double asked = checks() - before;
    redis.resume();

    assertTrue(asked <= PositionChecks.MOST_UNDER_WAY, () -> "under way: " + asked);
    Await.until("all are compared", () -> checks() - before >= 1_000);
    assertEquals(0, timeouts());
  }

  private double timeouts() {
    return node.registry.find("holdfast.redis.errors").tag("kind", "timeout").counters().stream()
        .mapToDouble(counter -> counter.count())
        .sum();
  }

  /** Each channel that failed to be compared was asked about again each second, all at once. */
  @Test
  void whileRedisIsAwayChecksWaitAndAreMadeUpFor() {
    openMany(300);
    double before = checks();
    redis.kill();
    Await.until("down", () -> !direct.up());
    aPeerDies();
    Promise<Void> aWhile = Promise.promise();
    node.vertx.setTimer(1_500, timer -> aWhile.complete());
    Await.get(aWhile.future());
    double asked = checks() - before;

    redis.start();

    assertTrue(asked < 100, () -> "asked in vain: " + asked);
    Await.until("all are compared", () -> checks() - before - asked >= 300);
  }

  /**
   * The session ended, and the notice of it was lost: its channel was asked about each second for
   * ever, and its reader went on in silence.
   */
  @Test
  void theReadersOfASessionThatIsNoMoreAreNotifiedOnceAndItIsNotAskedAboutAgain() {
    var gone = new ArrayList<ChannelName>();
    Channel channel = new Channel(node.channel.tenant(), ChannelName.session("s1"));
    var sink =
        new FrameSink() {
          @Override
          public boolean writable() {
            return true;
          }

          @Override
          public void send(dev.holdfast.protocol.EncodedFrame frame) {}

          @Override
          public void gone(ChannelName name) {
            gone.add(name);
          }
        };
    attachHere(channel);
    read(channel, sink);
    Await.get(direct.send("DEL", Keys.session(channel.tenant(), "s1")));

    aPeerDies();

    Await.until("its readers are notified", () -> gone.equals(List.of(channel.name())));
    Await.until(
        "the channel is left",
        () -> node.registry.find("holdfast.channels.open").gauge().value() == 0);
    assertEquals(
        0, node.onLoop(() -> io.vertx.core.Future.succeededFuture(node.fanout.openChannels())));
  }

  /**
   * A connection whose end nobody had noticed kept the channel open at its node. The session was
   * elsewhere meanwhile, with the hints; then its client came back, and heard nothing for minutes.
   */
  @Test
  void aSessionThatComesBackBesideAnOldConnectionMissesNothing() {
    Channel channel = new Channel(node.channel.tenant(), ChannelName.session("s1"));
    attachHere(channel);
    var old = new RecordingSink();
    read(channel, old);
    Await.until("live", () -> !old.all("live").isEmpty());
    byte[] body = "\"event\":\"e\",\"data\":1".getBytes(StandardCharsets.UTF_8);
    Await.get(node.behind.append(channel, new Publisher("p-1", 1), 1, body));

    var back = new RecordingSink();
    read(channel, back);

    Await.until("the publication", () -> back.seqs().equals(List.of(1L)));
  }

  private void attachHere(Channel channel) {
    String key = Keys.session(channel.tenant(), "s1");
    String here = node.node.toString();
    Await.get(direct.send("HSET", key, "state", "attached", "node", here));
  }

  private void read(Channel channel, FrameSink sink) {
    node.start(node.onLoop(() -> node.fanout.open(channel, Start.latest(), sink)));
  }
}
