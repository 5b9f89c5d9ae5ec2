package dev.holdfast.runs.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.channels.Publication;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Ids;
import dev.holdfast.redis.Keys;
import dev.holdfast.runs.Await;
import dev.holdfast.runs.TestConfig;
import dev.holdfast.runs.config.RunLimits;
import dev.holdfast.runs.records.EndCause;
import dev.holdfast.runs.records.RunKey;
import dev.holdfast.runs.records.RunRecord;
import dev.holdfast.runs.records.RunSpec;
import dev.holdfast.runs.records.RunState;
import dev.holdfast.runs.records.RunStore;
import dev.holdfast.runs.service.Claiming;
import dev.holdfast.runs.service.Starting;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What comes between two steps of another, or after a part of what was stored has gone. */
@ExtendWith(RedisExtension.class)
class BetweenStepsIT {
  private RunsNode node;
  private RunsNode other;
  private Starting starting;
  private Claiming claiming;

  @BeforeEach
  void open(TestRedis redis) {
    node = new RunsNode(redis.uri(), TestConfig.with(Map.of("startsPerMinute", 1_000)));
    other = new RunsNode(redis.uri());
    starting = new Starting(node.stores.vertx, node.stores.records);
    claiming = new Claiming(node.stores.records);
  }

  @AfterEach
  void close() {
    other.close();
    node.close();
  }

  private Optional<RunStore.Claimed> claim() {
    return node.stores.on(
        () -> claiming.claim("researcher", Set.of(node.stores.tenant), "w1", Ids.fresh()));
  }

  private void sweep(RunKey run) {
    node.stores.redis("ZADD", Keys.runDue(Keys.shard(run.run())), 1, run.toString());
    var sweeping = node.sweeping();
    node.stores.on(() -> sweeping.sweep(Duration.ofHours(1)));
  }

  @Test
  void aSweepLooksAtItsShareOnly() {
    RunSpec spec = node.stores.spec("th", "r1");
    node.stores.on(() -> starting.start(spec));
    int shard = Keys.shard(spec.key().run());
    node.stores.redis("ZADD", Keys.runDue(shard), 1, spec.key().toString());
    var sweeping = node.sweeping();
    List<Integer> others =
        IntStream.range(0, Keys.SHARDS).filter(one -> one != shard).boxed().toList();
    node.stores.on(() -> sweeping.sweep(Duration.ofHours(1), others));
    assertEquals(
        1, node.stores.redis("ZSCORE", Keys.runDue(shard), spec.key().toString()).asLong());
    node.stores.on(() -> sweeping.sweep(Duration.ofHours(1), List.of(shard)));
    assertTrue(node.stores.redis("ZSCORE", Keys.runDue(shard), spec.key().toString()).asLong() > 1);
  }

  private List<String> announced(RunKey run) {
    return node.ownerEvents(run).stream().map(Publication::event).toList();
  }

  /** A worker waits: it is offered a run that is in the queue, and not made yet. */
  @Test
  void aRunThatIsOfferedBeforeItIsMadeIsOfferedAgain() {
    RunSpec spec = node.stores.spec("th", "r1");
    Await.get(node.stores.queue.add(spec.key(), "researcher"));
    assertEquals(Optional.empty(), claim());
    node.stores.on(() -> starting.start(spec));
    assertEquals(spec.key(), claim().orElseThrow().run().key());
  }

  @Test
  void workersThatWaitGetEveryRunAtOnce() {
    for (int i = 0; i < 100; i++) {
      RunSpec spec = node.stores.spec("th" + i, "r" + i);
      var start = node.stores.ask(() -> starting.start(spec));
      Optional<RunStore.Claimed> found = Optional.empty();
      long until = System.nanoTime() + Duration.ofSeconds(4).toNanos();
      while (found.isEmpty() && System.nanoTime() < until) {
        found = claim();
      }
      Await.get(start);
      RunStore.Claimed run = found.orElseThrow();
      assertEquals(spec.key(), run.run().key());
      node.taken(run, 1, Events.started(run.run()), Events.finished(run.run()));
    }
  }

  /** Its start is under way at another node. */
  @Test
  void aThreadWhoseRunIsNotMadeYetIsNotGivenToAnother() {
    RunSpec first = node.stores.spec("th", "r1");
    RunSpec second = node.stores.spec("th", "r2");
    Await.get(node.stores.threads.begin(first));
    assertEquals(ErrorCode.CONFLICT, Await.code(node.stores.ask(() -> starting.start(second))));
    node.stores.on(() -> starting.start(first));
    assertEquals(ErrorCode.CONFLICT, Await.code(node.stores.ask(() -> starting.start(second))));
  }

  @Test
  void ofTwoStartsAtOnceOnOneThreadOneIsRefused() {
    Starting theirs = new Starting(other.stores.vertx, other.stores.records);
    for (int i = 0; i < 20; i++) {
      RunSpec one = node.stores.spec("th" + i, "one");
      RunSpec two = node.stores.spec("th" + i, "two");
      var first = node.stores.ask(() -> starting.start(one)).map(1).otherwise(0);
      var second = other.stores.ask(() -> theirs.start(two)).map(1).otherwise(0);
      assertEquals(1, Await.get(first) + Await.get(second));
      RunStore.Claimed run = claim().orElseThrow();
      node.taken(run, 1, Events.started(run.run()), Events.finished(run.run()));
    }
  }

  /** A page asks again when it reads the end: its thread was not free then. */
  @Test
  void aStartRightBehindTheEndOfTheRunBeforeWaitsForIt() {
    RunSpec first = node.stores.spec("th", "r1");
    RunSpec second = node.stores.spec("th", "r2");
    node.stores.on(() -> starting.start(first));
    RunStore.Claimed run = claim().orElseThrow();
    node.taken(run, 1, Events.started(run.run()));
    var how = RunRecord.End.of("success", "");
    long own = run.run().generation();
    Await.get(node.stores.runs.endAsSaid(first.key(), own, how, Events.finished(run.run()), 1));

    var started = node.stores.ask(() -> starting.start(second));
    sweep(first.key());
    assertEquals(second.key(), Await.get(started).run().key());
  }

  /** Its entry in the due set is that of the start before, which was given up. */
  @Test
  void aRunThatIsMadeWhileItsEntryIsLookedAtIsStillLookedAt() {
    RunSpec spec = node.stores.spec("th", "r1");
    var dues = node.stores.dues;
    Await.get(dues.set(spec.key(), Duration.ofSeconds(-1)));
    var read = Await.get(dues.due(Keys.shard(spec.key().run()), Long.MAX_VALUE >> 12, 1_000));
    var mine = read.stream().filter(one -> one.run().equals(spec.key())).findAny().orElseThrow();
    node.stores.on(() -> starting.start(spec));
    Await.get(dues.unset(mine));
    String key = Keys.runDue(Keys.shard(spec.key().run()));
    assertNotNull(node.stores.redis("ZSCORE", key, spec.key().toString()).textIfAny());
  }

  /** The same start came once more, and took its places after the end. */
  @Test
  void whatAnEndedRunHasLeftIsRemoved() {
    RunSpec spec = node.stores.spec("th", "r1");
    node.stores.on(() -> starting.start(spec));
    RunStore.Claimed run = claim().orElseThrow();
    node.taken(run, 1, Events.started(run.run()), Events.finished(run.run()));
    Await.get(node.stores.places.reserve(spec.key(), "ann", 100));
    Await.get(node.stores.queue.add(spec.key(), "researcher"));
    Await.get(node.stores.threads.begin(spec));
    sweep(spec.key());
    assertNull(Await.get(node.stores.threads.get(spec.thread())).orElseThrow().active());
    String places = Keys.activeRuns(node.stores.tenant, "ann");
    assertEquals(0, node.stores.redis("ZCARD", places).asLong());
    String queue = Keys.runQueue(node.stores.tenant, "researcher");
    assertEquals(0, node.stores.redis("ZCARD", queue).asLong());
  }

  /** It was counted with each look, and its end came up to ten seconds after its grace. */
  @Test
  void aCancelledRunWhoseWorkerIsLostEndsAfterItsGrace() {
    RunStore.Claimed run = node.begun(RunLimits.DEFAULT);
    RunKey key = run.run().key();
    Await.get(node.stores.runs.cancel(key, "ann", ""));
    node.stores.age(key, "lease", Duration.ofMinutes(5));
    sweep(key);
    assertEquals(0, node.meters.counter("holdfast.runs.lost").count());
    long due =
        node.stores.redis("ZSCORE", Keys.runDue(Keys.shard(key.run())), key.toString()).asLong();
    assertEquals(node.stores.record(key).cancel().at() + 500.0, due, 200);

    node.stores.age(key, "cancelat", Duration.ofMinutes(5));
    sweep(key);
    assertEquals("cancelled", node.stores.record(key).end().outcome());
  }

  @Test
  void aRunThatIsGivenBackAgainAndAgainTakesNoLongerThanItMay() {
    RunSpec spec = node.stores.spec("th", "r1");
    node.stores.on(() -> starting.start(spec));
    RunStore.Claimed run = claim().orElseThrow();
    node.stores.on(() -> claiming.release(spec.key(), run.run().generation()));
    node.stores.age(spec.key(), "started", Duration.ofHours(1));
    sweep(spec.key());
    assertEquals("timed_out", node.stores.record(spec.key()).end().code());
  }

  @Test
  void aNumberThatIsWrittenOtherwiseThanItCameIsTheSameBatch() {
    RunStore.Claimed run = node.begun(RunLimits.DEFAULT);
    String event = "{\"type\":\"CUSTOM\",\"name\":\"p\",\"value\":{\"p\":1.0,\"q\":[1e2]}}";
    long next = node.taken(run, 2, event).next();
    assertEquals(next, node.taken(run, 2, event).next());
    assertEquals(next, other.taken(run, 2, event).next());
  }

  /** The node has the run in memory; the store has come back without a part of it. */
  @Test
  void aRunWhoseLogHasComeToLessIsNotEndedWithSuccess() {
    RunStore.Claimed run = node.begun(RunLimits.DEFAULT);
    RunKey key = run.run().key();
    node.taken(run, 2, Events.open("m1"), Events.delta("m1", "a"), Events.close("m1"));
    String meta = Keys.meta(key.channel());
    node.stores.redis("XDEL", Keys.log(key.channel()), "4-0", "3-0");
    node.stores.redis("XSETID", Keys.log(key.channel()), "2-0");
    node.stores.redis("HSET", meta, "s", 2);
    node.stores.redis("HSET", Keys.publisher(key.channel(), "run"), "n", 2, "s", 2);

    HoldfastException refused = Await.refusal(node.take(run, 5, Events.finished(run.run())));
    assertEquals(ErrorCode.OUT_OF_SEQUENCE, refused.code());
    assertEquals("n: go on with 3", refused.publicMessage());
    assertTrue(node.taken(run, 3, Events.error("a part is lost")).over());
    assertEquals("error", node.stores.record(key).end().outcome());
  }

  /** A node died after it had ended a run whose log is lost, and that has a snapshot. */
  @Test
  void aRunWithASnapshotOfWhichEventsAreLostEndsOnce() {
    RunStore.Claimed run = node.begun(RunLimits.DEFAULT);
    RunKey key = run.run().key();
    long next = node.taken(run, 2, Events.chunk("m1", "a"), Events.call("c1", "search")).next();
    assertNotNull(Await.get(node.stores.runs.snapshot(key)));
    long hole = next;
    next = node.taken(run, next, Events.args("c1", "[")).next();
    node.taken(run, next, Events.args("c1", "]"));
    node.stores.redis("XDEL", Keys.log(key.channel()), hole + "-0");
    var how = RunRecord.End.of("error", "log_lost");
    long own = run.run().generation();
    Await.get(node.stores.runs.end(key, own, EndCause.LOG_LOST, how, Events.error("lost")));
    RunRecord ending = node.stores.record(key);
    node.stores.on(() -> node.ingest.finishing().finish(ending));
    other.stores.on(() -> other.ingest.finishing().finish(ending));

    assertEquals(1, node.types(key).stream().filter("RUN_ERROR"::equals).count());
    assertEquals(1, announced(key).stream().filter("agent_completed"::equals).count());
    assertEquals(RunState.ENDED, node.stores.record(key).state());
  }
}
