package dev.holdfast.runs.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.redis.Keys;
import dev.holdfast.runs.Await;
import dev.holdfast.runs.Busy;
import dev.holdfast.runs.TestConfig;
import dev.holdfast.runs.config.RunLimits;
import dev.holdfast.runs.records.RunKey;
import dev.holdfast.runs.records.RunRecord;
import dev.holdfast.runs.records.RunSpec;
import dev.holdfast.runs.records.RunStore;
import dev.holdfast.runs.records.Stores;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The same start at two nodes. */
@ExtendWith(RedisExtension.class)
class StartingIT {
  private Stores one;
  private Stores other;

  @BeforeEach
  void open(TestRedis redis) {
    one = new Stores(redis.uri(), TestConfig.with(Map.of("userRuns", 2)));
    other = new Stores(redis.uri());
  }

  @AfterEach
  void close() {
    other.close();
    one.close();
  }

  /** Its client asked another node, as the first did not answer; that one gave up first. */
  @Test
  void theNodeThatGivesUpLeavesTheOtherItsPlace() {
    RunStore.Claimed before = busy();
    RunSpec wanted = spec("next");
    var patient = new Starting(one.vertx, one.records);
    var impatient = new Starting(other.vertx, other.records).waiting(Duration.ZERO);

    var waits = one.ask(() -> patient.start(wanted));
    Await.until("it has its place", () -> places() == 2);
    var refused = Await.code(other.ask(() -> impatient.start(wanted)));
    assertEquals(ErrorCode.CONFLICT, refused);
    assertFalse(waits.isComplete());
    assertEquals(2, places());

    over(before);
    assertTrue(Await.get(waits).fresh());
    assertEquals(2, places());
  }

  /** The other way round: the one that gives up had it first. */
  @Test
  void theNodeThatGivesUpLeavesItAlsoIfItCameFirst() {
    RunStore.Claimed before = busy();
    RunSpec wanted = spec("next");
    var taken = Await.get(other.places.reserve(wanted.key(), "ann", wanted.inputBytes()));
    var patient = new Starting(one.vertx, one.records);
    var waits = one.ask(() -> patient.start(wanted));
    String thread = Keys.runQueue(one.tenant, "researcher");
    Await.until("it waits", () -> one.redis("ZCARD", thread).asLong() == 1);

    Await.get(other.places.giveBack(wanted.key(), "ann", taken));
    over(before);
    assertTrue(Await.get(waits).fresh());
    assertEquals(2, places());
  }

  /** It was looked at a minute later only, though its worker was lost. */
  @Test
  void aRunThatTheOtherNodeMadeAndAWorkerHasIsLookedAtSoon() {
    RunStore.Claimed before = busy();
    RunSpec wanted = spec("next");
    var patient = new Starting(one.vertx, one.records);
    var waits = one.ask(() -> patient.start(wanted));
    String due = Keys.runDue(Keys.shard(wanted.key().run()));
    Await.until("it waits", () -> one.redis("ZSCORE", due, wanted.key() + "").textIfAny() != null);
    Await.get(other.runs.create(wanted));
    other.claim(wanted.key(), "w1");

    over(before);
    assertFalse(Await.get(waits).fresh());
    long now = Await.get(one.dues.now());
    long score = one.redis("ZSCORE", due, wanted.key() + "").asLong();
    assertTrue(score <= now + 5_000, (score - now) + " ms");
  }

  /** Its client asked another node, and the run is over; its user has started the next one. */
  @Test
  void aStartThatComesLateInterruptsNobody() {
    RunSpec wanted = spec("first", Busy.INTERRUPT);
    RunStore.Claimed made = busy();
    over(made);
    RunSpec next = spec("next");
    var starting = new Starting(one.vertx, one.records);
    one.on(() -> starting.start(next));
    List<RunKey> interrupted = new ArrayList<>();
    var late =
        new Starting(other.vertx, other.records)
            .queueing(
                (run, by) -> {
                  interrupted.add(run);
                  return Future.succeededFuture();
                },
                run -> Future.succeededFuture());
    assertFalse(other.on(() -> late.begin(wanted)).fresh());
    assertEquals(List.of(), interrupted);
  }

  private RunSpec spec(String run, Busy busy) {
    RunSpec spec = spec(run);
    return new RunSpec(
        spec.tenant(),
        spec.owner(),
        spec.threadId(),
        spec.runId(),
        spec.agent(),
        spec.input(),
        spec.limits(),
        spec.dismisses(),
        busy);
  }

  private RunSpec spec(String run) {
    String input = Stores.input("th", run);
    return RunSpec.of(one.tenant, "ann", "th", run, "researcher", input, RunLimits.DEFAULT, false);
  }

  private long places() {
    return one.redis("ZCARD", Keys.activeRuns(one.tenant, "ann")).asLong();
  }

  /** Its thread has a run whose end is decided. */
  private RunStore.Claimed busy() {
    RunSpec first = spec("first");
    var starting = new Starting(one.vertx, one.records);
    one.on(() -> starting.start(first));
    RunStore.Claimed run = one.claim(first.key(), "w1");
    Await.get(one.queue.remove(first.key(), "researcher"));
    var how = RunRecord.End.of("success", "");
    Await.get(one.runs.endAsSaid(first.key(), run.run().generation(), how, "{}", 0));
    return run;
  }

  private void over(RunStore.Claimed run) {
    assertTrue(Await.get(one.runs.close(run.run().key())));
  }
}
