package dev.holdfast.redis;

import static dev.holdfast.redis.LinkBench.assertRefused;
import static dev.holdfast.redis.LinkBench.get;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.embedded.EmbeddedRedis;
import dev.holdfast.embedded.EmbeddedRedisConfig;
import dev.holdfast.embedded.FreePorts;
import dev.holdfast.embedded.processes.Signals;
import dev.holdfast.redis.topology.SentinelConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Links over sentinels that say what a test wants, to real servers. */
class SentinelIT {
  @TempDir static Path folder;
  private static EmbeddedRedis first;
  private static EmbeddedRedis other;

  private final String key = "test:" + UUID.randomUUID();
  private final int nobody = FreePorts.take();
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final Vertx vertx = Vertx.vertx();
  private final Vertx elsewhere = Vertx.vertx();
  private final Context context = vertx.getOrCreateContext();
  private final List<FakeSentinel> sentinels =
      IntStream.range(0, 3).mapToObj(i -> new FakeSentinel(elsewhere)).toList();

  @BeforeAll
  static void startServers() {
    first = EmbeddedRedis.start(EmbeddedRedisConfig.in(folder.resolve("first")).opened());
    other = EmbeddedRedis.start(EmbeddedRedisConfig.in(folder.resolve("other")).opened());
  }

  @AfterAll
  static void killServers() {
    first.kill();
    other.kill();
  }

  @AfterEach
  void close() {
    get(vertx.close());
    get(elsewhere.close());
  }

  /** Its own address is used by nobody. */
  private RedisConfig config() {
    var addresses = sentinels.stream().map(FakeSentinel::address).toList();
    return RedisConfig.of("redis://127.0.0.1:" + nobody)
        .withCommandTimeout(Duration.ofSeconds(20))
        .withConnectTimeout(Duration.ofSeconds(10))
        .withReconnect(Duration.ofMillis(20), Duration.ofMillis(100))
        .withSentinel(SentinelConfig.of("main", addresses));
  }

  private Future<RedisLink> opening(RedisConfig config) {
    Promise<RedisLink> opened = Promise.promise();
    context.runOnContext(v -> RedisLink.open(vertx, config, "test", registry).onComplete(opened));
    return opened.future();
  }

  /** Opens as a node does that starts: again, if the sentinels were not all in time. */
  private RedisLink opened(RedisConfig config) {
    Optional<RedisLink> link =
        await()
            .until(
                () -> get(opening(config).map(Optional::of).otherwise(Optional.empty())),
                Optional::isPresent);
    return link.orElseThrow();
  }

  private Future<Thread> loop() {
    Promise<Thread> running = Promise.promise();
    context.runOnContext(v -> running.complete(Thread.currentThread()));
    return running.future();
  }

  private void all(Consumer<FakeSentinel> action) {
    sentinels.forEach(action);
  }

  private static long portOf(RedisLink link) {
    return get(link.send("CONFIG", "GET", "port")).at(1).asLong();
  }

  private double count(String name, String... tags) {
    var counter = registry.find(name).tags(tags).counter();
    return counter == null ? 0 : counter.count();
  }

  private void askedAgain(FakeSentinel sentinel, int times) {
    int before = sentinel.asked();
    await().until(() -> sentinel.asked() >= before + times);
  }

  @Test
  void followsTheMasterThatANewerConfigurationNames() {
    all(sentinel -> sentinel.names(first.port(), 0));
    RedisLink link = opened(config());
    assertEquals(first.port(), portOf(link));
    String data = link.shards().get(0).epochToken();

    sentinels.get(1).names(other.port(), 1);
    await().until(() -> link.up() && !link.shards().get(0).epochToken().equals(data));

    assertEquals(other.port(), portOf(link));
    assertEquals(1, count("holdfast.redis.master.changes"));
    assertEquals(
        "127.0.0.1:" + other.port(),
        registry.get("holdfast.redis.master").gauge().getId().getTag("address"));
    // The others name the one of before until they hear of it.
    askedAgain(sentinels.get(1), 3);
    assertEquals(1, count("holdfast.redis.reconnects"));
  }

  /** A node's meters are taken out when a life ends, and the next one may come within seconds. */
  @Test
  void aSourceThatStaysIsMeasuredInTheNextLife() {
    all(sentinel -> sentinel.names(first.port(), 0));
    get(opened(config()).close());
    registry.clear();

    opened(config());

    await().until(() -> registry.get("holdfast.redis.sentinels").gauge().value() == 3);
    assertEquals(3, registry.get("holdfast.redis.sentinels.configured").gauge().value());
    assertEquals(1, registry.get("holdfast.redis.master").gauge().value());
    assertEquals(0, registry.get("holdfast.redis.master.changes").counter().count());
  }

  /** Of two that are left one leads the failover, and names the dead master until it is over. */
  @Test
  void theLeaderOfAFailoverHoldsNobodyBack() {
    all(sentinel -> sentinel.names(first.port(), 5));
    RedisLink link = opened(config());

    sentinels.get(2).end();
    sentinels.get(0).leadsAwayFrom(first.port(), 6);
    askedAgain(sentinels.get(0), 2);
    sentinels.get(1).names(other.port(), 6);

    // Asked just before it moves, the master of before leaves no answer.
    await().ignoreExceptions().until(() -> link.up() && portOf(link) == other.port());
    assertEquals(1, count("holdfast.redis.master.changes"));
  }

  @Test
  void whatIsUnderWayWhenTheMasterMovesHasAnUnknownOutcome() {
    all(sentinel -> sentinel.names(first.port(), 0));
    RedisLink link = opened(config());
    Signals.pause(first.pid());
    try {
      List<Future<Reply>> sent =
          IntStream.range(0, 10).mapToObj(i -> link.send("INCR", key)).toList();
      all(sentinel -> sentinel.names(other.port(), 1));

      sent.forEach(
          future ->
              assertRefused(future, ErrorCode.UNAVAILABLE, "is the master now, outcome unknown"));
      await().until(link::up);
      assertEquals(other.port(), portOf(link));
    } finally {
      Signals.resume(first.pid());
    }
  }

  /** By its own back-off it would wait up to a minute. */
  @Test
  void aLinkThatIsDownGoesToTheNewMasterAtOnce() {
    EmbeddedRedis third =
        EmbeddedRedis.start(EmbeddedRedisConfig.in(folder.resolve("third")).opened());
    all(sentinel -> sentinel.names(third.port(), 0));
    RedisLink link = opened(config().withReconnect(Duration.ofMinutes(1), Duration.ofMinutes(1)));

    third.kill();
    await().until(() -> !link.up());
    assertRefused(link.send("GET", key), ErrorCode.UNAVAILABLE, "not connected");
    all(sentinel -> sentinel.names(other.port(), 1));

    await().until(link::up);
    assertEquals(other.port(), portOf(link));
  }

  static Stream<Named<Consumer<FakeSentinel>>> sicknesses() {
    int nobody = FreePorts.take();
    return Stream.of(
        Named.of("names a dead master", s -> s.names(nobody, 99)),
        Named.of("names a replica", s -> s.names(other.port(), 99)),
        Named.of("names an impossible address", s -> s.names("my host", "70000", "99")),
        Named.of("names an address without a number", s -> s.names("127.0.0.1", "x", "y")),
        Named.of("answers with a list of nothing", s -> s.answers("*0\r\n")),
        Named.of("answers with a word", s -> s.answers("+OK\r\n")),
        Named.of("answers with nil", s -> s.answers("*-1\r\n")),
        Named.of("talks another protocol", s -> s.answers("HTTP/1.1 400 Bad Request\r\n\r\n")),
        Named.of("does not know the name", FakeSentinel::namesNobody),
        Named.of("asks for a password", s -> s.asksFor("hunter2")),
        Named.of("hangs", FakeSentinel::hangs),
        Named.of("is away", FakeSentinel::end));
  }

  @ParameterizedTest
  @MethodSource("sicknesses")
  void oneSentinelThatIsSickHarmsNobody(Consumer<FakeSentinel> sickness) {
    get(asked("REPLICAOF 127.0.0.1 " + first.port()));
    try {
      all(sentinel -> sentinel.names(first.port(), 3));
      sickness.accept(sentinels.get(0));

      RedisLink link = opened(config());
      assertEquals(first.port(), portOf(link));
      askedAgain(sentinels.get(1), 2);

      assertEquals(first.port(), portOf(link));
      assertEquals(0, count("holdfast.redis.reconnects"));
      assertEquals(0, count("holdfast.redis.master.changes"));
    } finally {
      get(asked("REPLICAOF NO ONE"));
    }
  }

  /** One command to the other server. */
  private Future<?> asked(String command) {
    String[] words = command.split(" ");
    Object[] tail = Arrays.copyOfRange(words, 1, words.length, Object[].class);
    Redis client = Redis.createClient(elsewhere, other.uri());
    Request request = Request.cmd(Command.create(words[0]), tail);
    return client.send(request).eventually(client::close);
  }

  @Test
  void whereTwoDisagreeNobodyIsBelieved() {
    sentinels.get(0).names(first.port(), 0);
    sentinels.get(1).names(other.port(), 0);
    sentinels.get(2).end();

    assertRefused(opening(config()), ErrorCode.UNAVAILABLE, "sentinels disagree");

    sentinels.get(1).names(first.port(), 0);
    await().until(() -> get(opening(config()).map(true).otherwise(false)));
  }

  @Test
  void theKnownMasterIsKeptWhileNoSentinelAnswers() {
    all(sentinel -> sentinel.names(first.port(), 0));
    RedisLink link = opened(config());

    all(FakeSentinel::end);
    await().until(() -> count("holdfast.redis.sentinel.errors", "kind", "unreachable") >= 6);

    assertEquals(0, registry.get("holdfast.redis.sentinels").gauge().value());
    assertEquals(first.port(), portOf(link));
    assertEquals(0, count("holdfast.redis.reconnects"));
  }

  /**
   * A round in which one hung went on beside the event loop, and so did who followed the master.
   */
  @Test
  void aRoundStaysOnTheEventLoopAlsoIfASentinelHangs() {
    all(sentinel -> sentinel.names(first.port(), 0));
    opened(config());
    askedAgain(sentinels.get(0), 2); // over the connection that it keeps
    String errors = "holdfast.redis.sentinel.errors";
    registry.find(errors).counters().forEach(registry::remove);
    Set<Thread> counting = ConcurrentHashMap.newKeySet();
    registry
        .config()
        .onMeterAdded(
            meter -> {
              if (meter.getId().getName().equals(errors)) {
                counting.add(Thread.currentThread());
              }
            });

    sentinels.get(0).hangs();
    await().until(() -> count(errors, "kind", "timeout") > 0);

    assertEquals(Set.of(get(loop())), counting);
  }

  @Test
  void opensByNameWhenThereIsAMasterAtLast() {
    assertRefused(opening(config()), ErrorCode.UNAVAILABLE, "it watches no master of that name");
    all(sentinel -> sentinel.names(nobody, 0));
    await()
        .until(() -> get(refusal(opening(config()))).contains("127.0.0.1:" + nobody + " (config"));
    all(sentinel -> sentinel.names(first.port(), 1));

    await().until(() -> get(opening(config()).map(true).otherwise(false)));
  }

  @Test
  void asksWithThePasswordOfTheSentinels() {
    all(sentinel -> sentinel.names(first.port(), 0).asksFor("hunter2"));
    RedisConfig config = config();
    SentinelConfig sentinel = config.sentinel();

    String refused = get(refusal(opening(config)));
    assertTrue(refused.contains("redis.sentinel.secret"), refused);

    RedisConfig trusted = config.withSentinel(sentinel.withCredentials(null, "hunter2"));
    assertEquals(first.port(), portOf(opened(trusted)));
    assertNotEquals(0, count("holdfast.redis.sentinel.errors", "kind", "refused"));
  }

  private static Future<String> refusal(Future<RedisLink> opening) {
    return opening.map("opened").recover(refused -> Future.succeededFuture(refused.getMessage()));
  }
}
