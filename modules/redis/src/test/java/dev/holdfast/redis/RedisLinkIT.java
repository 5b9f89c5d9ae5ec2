package dev.holdfast.redis;

import static dev.holdfast.redis.LinkBench.assertRefused;
import static dev.holdfast.redis.LinkBench.get;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a link guarantees while its server is well. */
class RedisLinkIT {
  private static final Script COUNT = Script.of("redis", "count");
  private static final Script BROKEN = Script.of("redis", "broken");
  private static final Script MIRROR = Script.of("redis", "mirror");

  @TempDir Path dataDir;

  private final String key = "test:" + UUID.randomUUID();
  private LinkBench bench;
  private RedisConfig config;

  @BeforeEach
  void start() {
    bench = new LinkBench(dataDir);
    config = bench.config();
  }

  @AfterEach
  void stop() {
    bench.close();
  }

  @Test
  void tenThousandCommandsAreWrittenAndAnsweredInTheOrderOfTheCalls() {
    var link = bench.open(config.withCommandTimeout(Duration.ofSeconds(20)));
    List<Long> answers = new CopyOnWriteArrayList<>();

    List<Future<Reply>> sent = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      sent.add(link.send("RPUSH", key, i).onSuccess(length -> answers.add(length.asLong())));
    }
    get(Future.all(sent));

    var stored = get(link.send("LRANGE", key, 0, -1)).list().stream().map(Reply::asLong).toList();
    assertEquals(LongStream.range(0, 10_000).boxed().toList(), stored);
    assertEquals(LongStream.rangeClosed(1, 10_000).boxed().toList(), answers);
  }

  /** Each was a system call of its own, and was at the server before the next was made. */
  @Test
  void commandsOfOneRunLeaveTogether() {
    var link = bench.open(config);
    List<Future<Reply>> sent = new ArrayList<>();

    String within =
        bench.onContext(
            () -> {
              IntStream.range(0, 10).forEach(i -> sent.add(link.send("INCR", key)));
              return bench.send("GET " + key);
            });

    assertTrue(within.startsWith("$-1"), within);
    get(Future.all(sent));
    assertEquals("10", get(link.send("GET", key)).asText());
  }

  @Test
  void argumentsAndAnswersKeepTheirShapes() {
    var link = bench.open(config);
    byte[] bytes = {0, (byte) 0xff, '\r', '\n'};

    var reply =
        get(
            MIRROR.run(
                link, List.of("k1", "ключ"), List.of("text", 7, bytes, Buffer.buffer(bytes))));

    assertEquals(List.of("k1", "ключ"), reply.at(0).list().stream().map(Reply::asText).toList());
    assertEquals("text", reply.at(1).at(0).asText());
    assertEquals(7, reply.at(1).at(1).asLong());
    assertEquals(Buffer.buffer(bytes), Buffer.buffer(reply.at(1).at(2).bytes()));
    assertEquals(Buffer.buffer(bytes), reply.at(1).at(3).buffer());
    assertTrue(reply.at(2).isNull());
    assertEquals(42, reply.at(3).asLong());
    assertEquals(4, reply.size());
    assertThrows(HoldfastException.class, () -> reply.at(4));
    assertThrows(HoldfastException.class, () -> reply.at(0).asLong());
  }

  @Test
  void aFlushedScriptIsRepeatedOnlyWhereNothingWasWrittenAfterIt() {
    var link = bench.open(config);
    get(COUNT.run(link, List.of(key), List.of(1)));

    List<Future<Reply>> calls = bench.onContext(() -> flushAndCount(link));

    assertRefused(calls.get(0), ErrorCode.UNAVAILABLE, "nothing done");
    assertRefused(calls.get(1), ErrorCode.UNAVAILABLE, "nothing done");
    assertEquals(11, get(calls.get(2)).at(0).asLong());
    assertEquals(12, get(COUNT.run(link, List.of(key), List.of(1))).at(0).asLong());
  }

  @Test
  void aFlushUnderLoadCostsNamedFailuresAndNothingElse() {
    var link = bench.open(config.withCommandTimeout(Duration.ofSeconds(20)));

    List<Future<Reply>> calls = bench.onContext(() -> countAndFlush(link));
    get(Future.join(calls).otherwiseEmpty());

    var answered =
        calls.stream().filter(Future::succeeded).map(Future::result).filter(Reply::isList).toList();
    var values = answered.stream().map(reply -> reply.at(0).asLong()).toList();
    assertEquals(LongStream.rangeClosed(1, answered.size()).boxed().toList(), values);
    assertEquals(answered.size(), get(link.send("GET", key)).asLong());
    assertTrue(answered.size() < 3_000, "the flush was not noticed by any call");
    calls.stream()
        .filter(Future::failed)
        .forEach(c -> assertRefused(c, ErrorCode.UNAVAILABLE, "nothing done"));
  }

  /** All on the link's thread: written before the first of them is answered. */
  private List<Future<Reply>> flushAndCount(RedisLink link) {
    List<Future<Reply>> calls = new ArrayList<>();
    link.send("SCRIPT", "FLUSH");
    for (int i = 0; i < 3; i++) {
      calls.add(COUNT.run(link, List.of(key), List.of(10)));
    }
    return calls;
  }

  private List<Future<Reply>> countAndFlush(RedisLink link) {
    List<Future<Reply>> calls = new ArrayList<>();
    for (int i = 0; i < 3_000; i++) {
      calls.add(COUNT.run(link, List.of(key), List.of(1)));
      if (i % 1_000 == 500) {
        calls.add(link.send("SCRIPT", "FLUSH"));
      }
    }
    return calls;
  }

  @Test
  void aFullStoreIsNamedAndReadsGoOn() {
    var link = bench.open(config);
    get(link.send("SET", key, "before"));
    get(link.send("CONFIG", "SET", "maxmemory", "1"));

    assertRefused(link.send("SET", key, "after"), ErrorCode.STORE_FULL, "OOM");
    assertRefused(COUNT.run(link, List.of(key + ":n"), List.of(1)), ErrorCode.STORE_FULL, "OOM");
    assertEquals("before", get(link.send("GET", key)).asText());

    get(link.send("CONFIG", "SET", "maxmemory", "0"));
    assertEquals("OK", get(link.send("SET", key, "after")).asText());
    assertTrue(link.up());
  }

  @Test
  void moreCommandsInFlightThanAllowedAreRefusedByName() {
    var link = bench.open(config.withMaxQueued(10));

    List<Future<Reply>> sent =
        bench.onContext(
            () -> IntStream.range(0, 11).mapToObj(i -> link.send("INCR", key)).toList());

    assertRefused(sent.get(10), ErrorCode.UNAVAILABLE, "too many commands in flight");
    assertEquals(10, get(sent.get(9)).asLong());
    assertEquals(11, get(link.send("INCR", key)).asLong());
  }

  @Test
  void aWrongCommandFailsAloneAndTheOrderStays() {
    var link = bench.open(config);

    var before = link.send("INCR", key);
    var wrong = link.send("GET");
    var script = BROKEN.run(link, List.of(), List.of());
    var after = link.send("INCR", key);

    assertEquals(1, get(before).asLong());
    assertRefused(wrong, ErrorCode.INTERNAL, "not valid");
    assertRefused(script, ErrorCode.INTERNAL, "ERR");
    assertEquals(2, get(after).asLong());
    assertThrows(IllegalArgumentException.class, () -> link.send("SUBSCRIBE", "x"));
    assertThrows(IllegalArgumentException.class, () -> Script.of("redis", "no_such_script"));
  }

  @Test
  void passwordAndDatabaseOfTheUriAreUsed() {
    var link = bench.open(config);
    get(link.send("CONFIG", "SET", "requirepass", "s:cret"));
    var withPassword =
        RedisConfig.of("redis://:s%3Acret@127.0.0.1:" + bench.server().port() + "/3");

    var third = get(bench.opening(withPassword, "third"));
    get(third.send("SET", key, "in 3"));

    assertTrue(get(link.send("GET", key)).isNull(), "another database");
    assertEquals("in 3", get(third.send("GET", key)).asText());
    assertRefused(bench.opening(config, "none"), ErrorCode.UNAVAILABLE, "NOAUTH");
  }

  @Test
  void aClosedLinkRefusesAndLeavesNothingBehind() {
    var watcher = bench.open(config);
    var link = get(bench.opening(config, "closing"));
    await().until(() -> connections(watcher) == 2);
    assertEquals(
        1, bench.registry.get("holdfast.redis.up").tag("purpose", "closing").gauge().value());

    get(link.close());

    assertRefused(link.send("GET", key), ErrorCode.UNAVAILABLE, "closed");
    assertFalse(link.up());
    await().until(() -> connections(watcher) == 1);
    assertEquals(1, bench.registry.find("holdfast.redis.up").gauges().size());
  }

  @Test
  void theEndOfItsVerticleClosesALink() {
    var watcher = bench.open(config);
    String verticle = bench.deploy("ending");
    await().until(() -> connections(watcher) == 2);

    bench.undeploy(verticle);

    await().until(() -> connections(watcher) == 1);
    assertEquals(1, bench.registry.find("holdfast.redis.up").gauges().size());
  }

  private static long connections(RedisLink watcher) {
    return get(watcher.send("CLIENT", "LIST")).asText().lines().count();
  }
}
