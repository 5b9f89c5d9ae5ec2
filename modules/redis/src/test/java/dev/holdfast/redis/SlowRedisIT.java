package dev.holdfast.redis;

import static dev.holdfast.redis.LinkBench.get;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that is late, and a process that is: neither is a server that is dead. */
class SlowRedisIT {
  /** Keeps the server busy for some tenths of a millisecond; it answers after many of them. */
  private static final String WORK = "for i = 1, 2000 do local s = tostring(i) end return 1";

  @TempDir Path dataDir;

  private final String key = "test:" + UUID.randomUUID();
  private LinkBench bench;
  private RedisConfig config;

  @BeforeEach
  void start() {
    bench = new LinkBench(dataDir);
    config = bench.config().withCommandTimeout(Duration.ofMillis(1_000));
  }

  @AfterEach
  void stop() {
    bench.close();
  }

  /** 5,000 connects made Redis slower than 2 s; every link broke itself, with all under way. */
  @Test
  void aServerThatAnswersOneByOneIsNotTakenForDead() {
    var link = bench.open(config);

    List<Future<Reply>> sent = bench.onContext(() -> work(link, 10_000));

    int refused = refused(sent);
    assertTrue(refused < sent.size(), "all refused");
    assertUnbroken(link);
    assertEquals("PONG", get(link.send("PING")).asText());
  }

  @Test
  void commandsKeepTheirOrderBeyondTheWindow() {
    var link = bench.open(config.withCommandTimeout(Duration.ofSeconds(20)));

    List<Future<Reply>> sent =
        bench.onContext(
            () -> IntStream.range(0, 5_000).mapToObj(i -> link.send("RPUSH", key, i)).toList());
    get(Future.all(sent));

    List<String> expected = IntStream.range(0, 5_000).mapToObj(Integer::toString).toList();
    List<Reply> stored = get(link.send("LRANGE", key, 0, -1)).list();
    assertEquals(expected, stored.stream().map(Reply::asText).toList());
  }

  /** The second pause in a row was taken for the server's. */
  @Test
  void aProcessThatIsBusyForLongDoesNotBlameTheServer() {
    var link = bench.open(config);
    List<Future<Reply>> answers = new ArrayList<>();

    for (int i = 0; i < 4; i++) {
      bench.onContext(() -> answers.add(busy(link)));
    }

    get(Future.all(answers));
    assertUnbroken(link);
  }

  /** It warned once per call: thousands of lines in an outage. */
  @Test
  void noScriptIsLoadedWhileTheServerIsAway() {
    var link = bench.open(config);
    bench.server().kill();
    Awaitility.await().until(() -> !link.up());
    Script count = Script.of("redis", "count");
    double before = errors("down");

    for (int i = 0; i < 10; i++) {
      Future<Reply> call = count.run(link, List.of(key), List.of(1));
      Awaitility.await().until(call::failed);
    }

    assertEquals(before + 10, errors("down"), "one refusal for each call");
  }

  /** 20,000 commands were let in, whatever they hold: with some KiB each that is the heap. */
  @Test
  void whatIsUnansweredTakesAPartOfTheHeapAtMost() {
    var link = bench.open(config.withCommandTimeout(Duration.ofSeconds(20)));
    double room = budget("holdfast.budget.limit.bytes");
    byte[] large = new byte[(int) (room / 4)];

    List<Future<Reply>> sent =
        bench.onContext(
            () -> IntStream.range(0, 12).mapToObj(i -> link.send("SET", key, large)).toList());

    assertEquals(9, refused(sent));
    assertEquals(9, bench.registry.get("holdfast.budget.refused").counter().count());
    Awaitility.await().until(() -> budget("holdfast.budget.bytes") == 0);
    assertUnbroken(link);
    assertEquals("OK", get(link.send("SET", key, large)).asText());
  }

  private double budget(String name) {
    return bench.registry.get(name).gauge().value();
  }

  private List<Future<Reply>> work(RedisLink link, int commands) {
    return IntStream.range(0, commands).mapToObj(i -> link.send("EVAL", WORK, 0)).toList();
  }

  /** Waits for all; what was refused was refused as not done. */
  private static int refused(List<Future<Reply>> sent) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> sent.stream().allMatch(Future::isComplete));
    List<Throwable> failures = sent.stream().filter(Future::failed).map(Future::cause).toList();
    failures.forEach(
        failure -> assertTrue(failure.getMessage().contains("nothing done"), failure.getMessage()));
    return failures.size();
  }

  private Future<Reply> busy(RedisLink link) {
    Future<Reply> answer = link.send("INCR", key);
    long end = System.nanoTime() + config.commandTimeout().multipliedBy(2).toNanos();
    while (System.nanoTime() < end) {
      Thread.onSpinWait();
    }
    return answer;
  }

  private void assertUnbroken(RedisLink link) {
    assertTrue(link.up());
    assertEquals(0, bench.registry.get("holdfast.redis.reconnects").counter().count());
    assertEquals(0, errors("timeout"));
  }

  private double errors(String kind) {
    var counter = bench.registry.find("holdfast.redis.errors").tag("kind", kind).counter();
    return counter == null ? 0 : counter.count();
  }
}
