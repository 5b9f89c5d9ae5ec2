package dev.holdfast.runs.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.agui.Json;
import dev.holdfast.channels.Publication;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Ids;
import dev.holdfast.redis.Keys;
import dev.holdfast.runs.Await;
import dev.holdfast.runs.config.RunLimits;
import dev.holdfast.runs.records.RunKey;
import dev.holdfast.runs.records.RunSpec;
import dev.holdfast.runs.records.RunState;
import dev.holdfast.runs.records.RunStore;
import dev.holdfast.runs.service.Claiming;
import dev.holdfast.runs.service.Starting;
import dev.holdfast.testkit.OwnRedis;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A worker writes while nodes and Redis go and come back: the text is exactly what it wrote. */
@ExtendWith(RedisExtension.class)
class FaultsIT {
  private TestRedis redis;
  private RunsNode one;
  private RunsNode two;

  @BeforeEach
  void open(@OwnRedis TestRedis own) {
    redis = own;
    one = new RunsNode(redis.uri());
    two = new RunsNode(redis.uri());
  }

  @AfterEach
  void close() {
    two.close();
    one.close();
  }

  private RunStore.Claimed claimed() {
    RunSpec spec = one.stores.spec("th", Ids.fresh(), RunLimits.DEFAULT);
    one.stores.on(() -> new Starting(one.stores.vertx, one.stores.records).start(spec));
    return one.stores
        .on(
            () ->
                new Claiming(one.stores.records)
                    .claim("researcher", Set.of(one.stores.tenant), "w1", Ids.fresh()))
        .orElseThrow();
  }

  private static void awaitMore(TypingWorker worker) {
    int so = worker.words();
    Await.until("it goes on", () -> worker.words() > so + 5);
  }

  private static void assertWhole(RunsNode node, RunKey run, String written) {
    Await.until("Redis is there again", () -> hasLog(node, run));
    assertEquals(written, node.text(run, "m1"));
    assertEquals(RunState.ENDED, node.stores.record(run).state());
    assertEquals("success", node.stores.record(run).end().outcome());
    List<String> announced = node.ownerEvents(run).stream().map(Publication::event).toList();
    assertEquals(List.of("agent_started", "agent_thinking", "agent_completed"), announced);
  }

  @Test
  void theNodeStopsInMidText() {
    RunStore.Claimed run = claimed();
    RunsNode third = new RunsNode(redis.uri());
    var worker = new TypingWorker(run, List.of(third, two));
    awaitMore(worker);
    third.close();
    awaitMore(worker);
    assertWhole(two, run.run().key(), worker.finish());
    assertNull(worker.refused());
  }

  /** A piece of 4 KiB at each batch, at another node each time; one of them goes in the middle. */
  @Test
  void argumentsOf64KiBAreWholeThoughTheirNodeStops() {
    RunStore.Claimed run = claimed();
    RunKey key = run.run().key();
    RunsNode third = new RunsNode(redis.uri());
    long next = third.taken(run, 1, Events.started(run.run()), Events.call("c1", "write")).next();
    StringBuilder written = new StringBuilder("{\"text\":\"");
    next = third.taken(run, next, Events.args("c1", written.toString())).next();
    for (int batch = 0; batch < 16; batch++) {
      String[] events = new String[64];
      for (int i = 0; i < events.length; i++) {
        String delta = "%05d é %s ".formatted(batch * 64 + i, "x".repeat(60));
        events[i] = Events.args("c1", delta);
        written.append(delta);
      }
      if (batch == 8) {
        third.close();
      }
      RunsNode at = batch % 2 == 1 ? one : batch < 8 ? third : two;
      next = at.taken(run, next, events).next();
    }
    written.append("\"}");
    next = two.taken(run, next, Events.args("c1", "\"}"), Events.called("c1")).next();
    two.taken(run, next, Events.result("c1", "done"), Events.finished(run.run()));

    assertTrue(written.length() > 64 << 10);
    StringBuilder read = new StringBuilder();
    one.log(key).forEach(each -> read.append(Json.parse(each.data()).path("delta").asText("")));
    assertEquals(written.toString(), read.toString());
    String document = new String(Await.get(one.stores.runs.snapshot(key)).document(), UTF_8);
    assertEquals(written.toString(), Json.parse(document).findValue("arguments").asText());
    assertEquals(
        List.of("agent_started", "tool_executing", "tool_completed", "agent_completed"),
        one.ownerEvents(key).stream().map(Publication::event).toList());
  }

  @Test
  void redisHangsForTwelveSecondsAndComesBack() {
    RunStore.Claimed run = claimed();
    var worker = new TypingWorker(run, List.of(one, two));
    awaitMore(worker);
    redis.pause();
    long until = System.nanoTime() + Duration.ofSeconds(12).toNanos();
    Await.until("12 s", () -> System.nanoTime() > until);
    redis.resume();
    awaitMore(worker);
    assertWhole(one, run.run().key(), worker.finish());
  }

  @Test
  void redisIsKilledAndStartsAgainWithItsData() {
    RunStore.Claimed run = claimed();
    var worker = new TypingWorker(run, List.of(one, two));
    for (int i = 0; i < 3; i++) {
      awaitMore(worker);
      redis.restart();
    }
    awaitMore(worker);
    assertWhole(one, run.run().key(), worker.finish());
  }

  /** The sweep of one node takes the run from its worker, who is in the middle of a batch. */
  @Test
  void theLeaseIsLostInMidText() {
    RunStore.Claimed run = claimed();
    RunKey key = run.run().key();
    var worker = new TypingWorker(run, List.of(one));
    awaitMore(worker);
    Await.until(
        "lost",
        () -> {
          two.stores.age(key, "lease", Duration.ofHours(1));
          two.stores.redis("ZADD", dueKey(key), 1, key.toString());
          var sweep = two.sweeping();
          two.stores.on(() -> sweep.sweep(Duration.ofHours(2)));
          return two.stores.record(key).state() == RunState.ENDED;
        });
    String written = worker.finish();
    ErrorCode refused = worker.refused();
    assertTrue(refused == ErrorCode.FENCED || refused == ErrorCode.CONFLICT, refused + "");
    assertEquals("worker_lost", two.stores.record(key).end().code());
    String text = two.text(key, "m1");
    assertTrue(text.startsWith(written), "what was acknowledged is there: " + text);
    assertTrue(text.length() <= written.length() + "word1000 ".length(), "and one batch at most");
    List<String> types = two.types(key);
    assertEquals("RUN_ERROR", types.get(types.size() - 1));
    assertEquals(1, types.stream().filter("RUN_ERROR"::equals).count());
  }

  private static String dueKey(RunKey run) {
    return Keys.runDue(Keys.shard(run.run()));
  }

  /** What was acknowledged since the copy is gone: no reader gets a text with a hole. */
  @Test
  void redisIsRestoredFromAnOlderCopy() {
    RunStore.Claimed run = claimed();
    RunKey key = run.run().key();
    var worker = new TypingWorker(run, List.of(one, two));
    awaitMore(worker);
    Path copy = redis.copyData();
    awaitMore(worker);
    redis.restoreFrom(copy);
    Await.until("its worker knows", () -> worker.refused() != null);
    String written = worker.finish();

    assertEquals(ErrorCode.OUT_OF_SEQUENCE, worker.refused());
    Await.until("Redis is there again", () -> hasLog(one, key));
    String text = one.text(key, "m1");
    assertTrue(written.startsWith(text) && text.length() < written.length(), text);
    assertEquals(RunState.ENDED, one.stores.record(key).state());
    assertEquals("error", one.stores.record(key).end().outcome());
  }

  private static boolean hasLog(RunsNode node, RunKey run) {
    try {
      return node.stores.link.up() && !node.log(run).isEmpty();
    } catch (HoldfastException e) {
      return false;
    }
  }
}
