package dev.holdfast.channels.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.channels.Await;
import dev.holdfast.channels.ChannelMessage.Result;
import dev.holdfast.channels.log.ChannelsConfig;
import dev.holdfast.channels.log.Retention;
import dev.holdfast.channels.retained.Amount;
import dev.holdfast.channels.retained.RetainedLimits;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.Ids;
import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisConfig;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.testkit.OwnRedis;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.Repeatedly;
import dev.holdfast.testkit.TestRedis;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * One user with a permission to publish filled Redis with fresh channels, and with large logs: what
 * is retained was bounded per channel only.
 */
@ExtendWith(RedisExtension.class)
class RetainedIT {
  private static final double OVER = 1.05;
  private static final Amount MUCH = new Amount(1_000_000, 1L << 40);

  private final String tenant = "t" + Ids.fresh();
  private final Caller ann = RetainedNode.user(tenant, "ann");
  private final Caller service = new Caller.Service("test", "1", Set.of(tenant), Set.of());
  private final List<RetainedNode> nodes = new ArrayList<>();
  private final Vertx vertx = Vertx.vertx();
  private ChannelsConfig config = ChannelsConfig.DEFAULT;
  private volatile RetainedLimits limits;

  private void start(TestRedis redis, int count, Amount ofTenant, Amount ofUser) {
    limits = new RetainedLimits(ofTenant, ofUser);
    for (int i = 0; i < count; i++) {
      nodes.add(new RetainedNode(redis.uri(), config, any -> limits));
    }
  }

  private void retain(Retention retention) {
    Map<String, Retention> topics = Map.of("topic", retention);
    config = new ChannelsConfig(topics, null, null, null, null, 0, 0, null);
  }

  @AfterEach
  void stop() {
    nodes.forEach(RetainedNode::close);
    Await.get(vertx.close());
  }

  private Channel topic(Object name) {
    return new Channel(tenant, ChannelName.topic("c" + name));
  }

  private boolean isStored(Future<Result> published) {
    Result result = Await.get(published);
    if (result.refused() != null) {
      assertEquals(ErrorCode.LIMIT_EXCEEDED, result.refused(), result::toString);
      assertTrue(result.detail().startsWith("retained"), result.detail());
    }
    return result.refused() == null;
  }

  private boolean stores(Object channel, Caller caller) {
    return isStored(nodes.get(0).publish(topic(channel), caller, 100));
  }

  private int flood(int publications, int channels, Caller[] callers, int size) {
    List<Future<Result>> all = new ArrayList<>();
    for (int i = 0; i < publications; i++) {
      Caller caller = callers[i % callers.length];
      all.add(nodes.get(i % nodes.size()).publish(topic(i % channels), caller, size));
    }
    return (int) all.stream().filter(this::isStored).count();
  }

  private static void check(double taken, double limit) {
    assertTrue(taken >= 0.9 * limit && taken <= OVER * limit, taken + " of " + limit);
  }

  @Repeatedly
  void threeNodesTogetherLetAUserHaveItsChannels(TestRedis redis) {
    start(redis, 3, MUCH, new Amount(300, 1L << 40));
    check(flood(900, 900, new Caller[] {ann}, 10), 300);
    assertTrue(isStored(nodes.get(1).publishKeyed(topic("other"), service)));
  }

  @Repeatedly
  void threeNodesTogetherLetATenantHaveItsBytes(TestRedis redis) {
    start(redis, 3, new Amount(1_000, 400_000), MUCH);
    Caller[] callers = new Caller[20];
    for (int i = 0; i < callers.length; i++) {
      callers[i] = RetainedNode.user(tenant, "u" + i);
    }
    flood(900, 13, callers, 900);
    check(bytes(redis, 13), 400_000);
  }

  @Repeatedly
  void threeNodesTogetherLetAUserHaveItsBytes(TestRedis redis) {
    start(redis, 3, MUCH, new Amount(1_000, 400_000));
    flood(900, 13, new Caller[] {ann}, 900);
    check(bytes(redis, 13), 400_000);
  }

  /** A text was taken for as many bytes as it has characters, until it was stored. */
  @Repeatedly
  void charactersOfThreeBytesTakeThree(TestRedis redis) {
    start(redis, 1, new Amount(1_000, 400_000), MUCH);
    String text = "\u6f22".repeat(900);
    List<Future<Result>> all = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      all.add(nodes.get(0).publish(topic(i % 13), ann, text));
    }
    all.forEach(this::isStored);
    check(bytes(redis, 13), 400_000);
  }

  /** A full log of small entries gives eight of them for a new one: it grew by large ones. */
  @Repeatedly
  void aFullLogTakesNoMoreThanItGives(TestRedis redis) {
    retain(new Retention(10_000, 10_000, null));
    start(redis, 1, MUCH, MUCH);
    for (int i = 0; i < 70; i++) {
      assertTrue(stores("full", ann));
    }
    limits = new RetainedLimits(new Amount(1_000, 300), MUCH);
    Await.until("it holds", () -> !stores("new", ann));
    assertTrue(isStored(nodes.get(0).publish(topic("full"), ann, 600)));
    assertTrue(!isStored(nodes.get(0).publish(topic("full"), ann, 5_000)));
    assertTrue(bytes(link(redis), "full") <= 10_000);
  }

  /** It goes with its session, of which there is a limit; its time is much longer. */
  @Repeatedly
  void theChannelOfASessionIsNoneOfItsUsersChannels(TestRedis redis) {
    start(redis, 1, MUCH, new Amount(0, 100_000));
    Await.get(link(redis).send("HSET", Keys.session(tenant, "s1"), "state", "attached"));
    assertTrue(!stores("a", ann));
    assertTrue(isStored(toSession("s1")));
    limits = new RetainedLimits(MUCH, new Amount(0, 100));
    Await.until("its bytes are the user's", () -> !isStored(toSession("s1")));
  }

  private Future<Result> toSession(String session) {
    var own = new Channel(tenant, ChannelName.session(session));
    return nodes.get(0).publish(session, own, ann, "x");
  }

  /** That are counted in logs. */
  private long bytes(TestRedis redis, int channels) {
    RedisLink link = link(redis);
    long sum = 0;
    for (int i = 0; i < channels; i++) {
      sum += bytes(link, i);
    }
    return sum;
  }

  private long bytes(RedisLink link, Object channel) {
    return Await.get(link.send("HGET", Keys.meta(topic(channel)), "z")).longOr(0);
  }

  private RedisLink link(TestRedis redis) {
    RedisConfig to = RedisConfig.of(redis.uri()).withConnectTimeout(Duration.ofSeconds(20));
    return Await.get(RedisLink.open(vertx, to, "test", new SimpleMeterRegistry()));
  }

  /** Whoever has its share in logs that are full is not locked out of them. */
  @Repeatedly
  void aLimitBelowTheUseTakesNothingAwayAndAFullLogGoesOn(TestRedis redis) {
    retain(new Retention(10, 0, null));
    start(redis, 1, MUCH, MUCH);
    for (int i = 0; i < 15; i++) {
      assertTrue(stores("full", ann));
    }
    assertTrue(stores("begun", ann));
    limits = new RetainedLimits(MUCH, new Amount(1, 300));

    Await.until("it holds", () -> !stores("begun", ann));
    assertTrue(!stores("new", ann));
    assertTrue(stores("full", ann));
    assertTrue(stores("new", RetainedNode.user(tenant, "bob")));
    RedisLink link = link(redis);
    assertEquals(10, Await.get(link.send("XLEN", Keys.log(topic("full")))).asLong());

    limits = new RetainedLimits(MUCH, MUCH);
    Await.until("it is raised", () -> stores("begun", ann));
  }

  /** A log that nobody publishes to goes by its TTL, and nobody is notified. */
  @Repeatedly
  void whatHasGoneIsNotCountedAnyMore(TestRedis redis) {
    retain(new Retention(0, 0, Duration.ofSeconds(3)));
    start(redis, 1, MUCH, new Amount(5, 1L << 40));
    Await.until("ann has all that it may", () -> !stores(Ids.fresh(), ann));
    Await.until("ann may have others", () -> stores(Ids.fresh(), ann));
  }

  /** What another published in a log takes the room of what went from it. */
  @Repeatedly
  void whoseEntriesAreTrimmedHasTheirRoomAgain(TestRedis redis) {
    retain(new Retention(10, 0, null));
    start(redis, 1, MUCH, new Amount(100, 2_500));
    int stored = 0;
    while (stored < 10 && stores("shared", ann)) {
      stored++;
    }
    assertTrue(stored >= 8, "stored " + stored);
    Await.until("ann has no more", () -> !stores("own", ann));
    for (int i = 0; i < 20; i++) {
      assertTrue(stores("shared", service));
    }
    Await.until("ann has room", () -> stores("own", ann));
  }

  @Repeatedly
  void aLimitOfNothingIsNothing(TestRedis redis) {
    start(redis, 1, MUCH, new Amount(0, 1_000));
    assertTrue(!stores("a", ann));
    limits = new RetainedLimits(new Amount(10, 0), MUCH);
    assertTrue(!stores("a", ann));
    assertTrue(!stores("a", service));
    assertEquals(0, Await.get(link(redis).send("EXISTS", Keys.log(topic("a")))).asLong());
    assertTrue(stores("b", new Caller.Service("own", "1", Set.of("*"), Set.of())));
    var events = new Channel(tenant, ChannelName.system("sessions"));
    assertNull(Await.get(nodes.get(0).publish(events, service, 10)).refused());
  }

  @Repeatedly
  void whatANodeStoredCountsAfterItsEnd(TestRedis redis) {
    start(redis, 2, MUCH, new Amount(1_000, 1L << 40));
    for (int i = 0; i < 8; i++) {
      assertTrue(stores(i, ann));
    }
    nodes.remove(0).close();
    limits = new RetainedLimits(MUCH, new Amount(9, 1L << 40));
    int more = 0;
    for (int i = 0; i < 5; i++) {
      more += stores("more" + i, ann) ? 1 : 0;
    }
    assertEquals(1, more);
  }

  /** Reports go to Redis now and then, whatever is published meanwhile. */
  @Repeatedly
  void aPublicationCostsNoCommandMore(@OwnRedis TestRedis redis) {
    start(redis, 1, MUCH, MUCH);
    RedisLink link = link(redis);
    assertTrue(stores(0, ann));
    long begun = System.nanoTime();
    double reported = nodes.get(0).count("holdfast.retained.reports");
    double before = scripts(link);
    assertEquals(300, flood(300, 100, new Caller[] {ann}, 100));
    double run = scripts(link) - before;
    double reports = nodes.get(0).count("holdfast.retained.reports") - reported;
    double seconds = (System.nanoTime() - begun) / 1e9;
    assertTrue(run >= 300 && run <= 302 + reports, run + " with " + reports);
    assertTrue(reports <= 2 * seconds + 2, reports + " in " + seconds + " s");
  }

  private static double scripts(RedisLink link) {
    String stats = Await.get(link.send("INFO", "commandstats")).asText();
    Matcher calls = Pattern.compile("cmdstat_evalsha:calls=(\\d+)").matcher(stats);
    return calls.find() ? Double.parseDouble(calls.group(1)) : 0;
  }
}
