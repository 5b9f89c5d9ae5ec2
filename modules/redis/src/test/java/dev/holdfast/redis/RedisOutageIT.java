package dev.holdfast.redis;

import static dev.holdfast.redis.LinkBench.assertRefused;
import static dev.holdfast.redis.LinkBench.get;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.ErrorCode;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A link whose server is killed, stopped and demoted for real. */
class RedisOutageIT {
  private static final Script COUNT = Script.of("redis", "count");

  @TempDir Path dataDir;

  private final String key = "test:" + UUID.randomUUID();
  private LinkBench bench;
  private RedisConfig config;

  /** With times that are short enough to wait for. */
  private RedisConfig hasty;

  @BeforeEach
  void start() {
    bench = new LinkBench(dataDir);
    config = bench.config();
    hasty =
        config.withCommandTimeout(Duration.ofMillis(400)).withConnectTimeout(Duration.ofSeconds(2));
  }

  @AfterEach
  void stop() {
    bench.close();
  }

  @Test
  void whatIsOutstandingFailsWhenTheServerIsKilledAndTheLinkComesBackByItself() {
    var link = bench.open(config.withCommandTimeout(Duration.ofSeconds(30)));
    var seen = listen(link);
    String firstData = link.shards().get(0).epochToken();

    List<Future<Reply>> sent = bench.onContext(() -> stopAndSend(link, 100));
    bench.server().kill();

    sent.forEach(future -> assertRefused(future, ErrorCode.UNAVAILABLE, "outcome unknown"));
    assertRefused(link.send("GET", key), ErrorCode.UNAVAILABLE, "not connected");
    bench.restart();
    await().until(link::up);
    assertNotEquals(firstData, link.shards().get(0).epochToken());
    assertEquals(0, get(link.send("GET", key)).longOr(0), "what was never read was not done");
    await().until(() -> seen.equals(List.of("down", "up " + link.shards().get(0).epochToken())));
    assertEquals(1, bench.registry.get("holdfast.redis.reconnects").counter().count());
    // Or more: a link asks for the time of its server, too.
    assertTrue(errors("closed") >= 100, "" + errors("closed"));
  }

  @Test
  void aServerThatDoesNotAnswerIsGivenUpInTimeAndUsedAgainWhenItAnswers() {
    var link = bench.open(hasty);
    String data = link.shards().get(0).epochToken();

    bench.pause();
    long start = System.nanoTime();
    var first = link.send("INCR", key);
    var second = link.send("INCR", key);

    assertRefused(first, ErrorCode.UNAVAILABLE, "outcome unknown");
    assertRefused(second, ErrorCode.UNAVAILABLE, "outcome unknown");
    long millis = Duration.ofNanos(System.nanoTime() - start).toMillis();
    assertTrue(millis >= 400 && millis < 10_000, "took " + millis + " ms");
    assertFalse(link.up());

    bench.resume();
    await().until(link::up);
    assertEquals(data, link.shards().get(0).epochToken());
    await().until(() -> isAnswered(link.send("INCR", key)));
    assertTrue(errors("timeout") >= 2, "" + errors("timeout"));
  }

  @Test
  void anIdleLinkNoticesThatItsServerIsGone() {
    var link = bench.open(hasty);

    bench.pause();

    await().until(() -> !link.up());
  }

  @Test
  void aPauseOfThisProcessIsNotBlamedOnTheServer() {
    var link = bench.open(hasty);

    var answers = bench.onContext(() -> blockTheEventLoop(link));

    assertEquals(1, get(answers).asLong());
    assertTrue(link.up());
  }

  @Test
  void scriptsAreThereAgainAfterARestart() {
    var link = bench.open(config);
    get(COUNT.run(link, List.of(key), List.of(1)));

    bench.server().kill();
    bench.restart();
    await().until(link::up);
    List<Future<Reply>> calls =
        IntStream.range(0, 5).mapToObj(i -> COUNT.run(link, List.of(key), List.of(1))).toList();

    assertEquals(6, get(calls.get(4)).at(0).asLong());
  }

  @Test
  void aServerThatBecomesAReplicaIsLeftUntilItIsAPrimary() {
    var link = bench.open(config);
    get(link.send("REPLICAOF", "127.0.0.1", 1));

    assertRefused(link.send("SET", key, 1), ErrorCode.UNAVAILABLE, "READONLY");
    await().until(() -> errors("connect") >= 3 && !link.up());

    bench.send("REPLICAOF NO ONE");
    await().until(link::up);
    assertEquals("OK", get(link.send("SET", key, 1)).asText());
  }

  /**
   * A replica answers PING as a primary does, and the run id is the same: over a failover and a
   * failback nothing showed that the server's data may be others.
   */
  @Test
  void anIdleLinkNoticesThatItsServerWasDemotedAndPromotedAgain() {
    var link = bench.open(config);
    String data = link.shards().get(0).epochToken();

    bench.send("REPLICAOF 127.0.0.1 1");
    bench.send("REPLICAOF NO ONE");

    await().until(() -> link.up() && !link.shards().get(0).epochToken().equals(data));
  }

  @Test
  void openingFailsByNameWhereNoServerAnswers() {
    String uri = bench.server().uri();
    bench.pause();
    assertRefused(bench.opening(hasty, "stopped"), ErrorCode.UNAVAILABLE, uri);

    bench.server().kill();
    assertRefused(bench.opening(hasty, "killed"), ErrorCode.UNAVAILABLE, uri);
  }

  private List<String> listen(RedisLink link) {
    List<String> seen = new CopyOnWriteArrayList<>();
    link.onDown(slots -> seen.add("down"));
    link.onUp(slots -> seen.add("up " + link.shards().get(0).epochToken()));
    return seen;
  }

  private List<Future<Reply>> stopAndSend(RedisLink link, int commands) {
    bench.pause();
    return IntStream.range(0, commands).mapToObj(i -> link.send("INCR", key)).toList();
  }

  private Future<Reply> blockTheEventLoop(RedisLink link) {
    var answer = link.send("INCR", key);
    long end = System.nanoTime() + hasty.commandTimeout().multipliedBy(3).toNanos();
    while (System.nanoTime() < end) {
      Thread.onSpinWait();
    }
    return answer;
  }

  private static boolean isAnswered(Future<Reply> asked) {
    return get(asked.map(true).otherwise(false));
  }

  private double errors(String kind) {
    var counter = bench.registry.find("holdfast.redis.errors").tag("kind", kind).counter();
    return counter == null ? 0 : counter.count();
  }
}
