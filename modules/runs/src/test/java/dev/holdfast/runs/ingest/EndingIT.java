package dev.holdfast.runs.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.holdfast.agui.Json;
import dev.holdfast.channels.Publication;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.Ids;
import dev.holdfast.redis.Keys;
import dev.holdfast.runs.Await;
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
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Every run comes to exactly one end, by its worker or by the sweep, and all are notified. */
@ExtendWith(RedisExtension.class)
class EndingIT {
  private static final Duration LONG = Duration.ofHours(25);

  private RunsNode node;
  private RunsNode other;
  private Starting starting;
  private Claiming claiming;

  @BeforeEach
  void open(TestRedis redis) {
    node = new RunsNode(redis.uri());
    other = new RunsNode(redis.uri());
    starting = new Starting(node.stores.vertx, node.stores.records);
    claiming = new Claiming(node.stores.records);
  }

  @AfterEach
  void close() {
    other.close();
    node.close();
  }

  private RunStore.Claimed claimed(String thread) {
    return claimed(node.stores.spec(thread, Ids.fresh()));
  }

  private RunStore.Claimed claimed(RunSpec spec) {
    node.stores.on(() -> starting.start(spec));
    return claim().orElseThrow();
  }

  private Optional<RunStore.Claimed> claim() {
    return node.stores.on(
        () -> claiming.claim("researcher", Set.of(node.stores.tenant), "w1", Ids.fresh()));
  }

  /** Makes the run due now, and sweeps. */
  private void sweep(RunKey run) {
    sweep(run, LONG);
  }

  private void sweep(RunKey run, Duration upFor) {
    node.stores.redis("ZADD", Keys.runDue(Keys.shard(run.run())), 1, run.toString());
    node.stores.on(() -> node.sweeping().sweep(upFor));
  }

  private RunRecord record(RunKey run) {
    return node.stores.record(run);
  }

  private void assertEnded(RunKey run, String outcome, String code) {
    RunRecord ended = record(run);
    assertEquals(RunState.ENDED, ended.state());
    assertEquals(outcome, ended.end().outcome());
    assertEquals(code, ended.end().code());
    List<Publication> log = node.log(run);
    long ends =
        log.stream()
            .filter(one -> one.event().equals("RUN_FINISHED") || one.event().equals("RUN_ERROR"))
            .count();
    assertEquals(1, ends, "exactly one end");
    assertTrue(log.get(log.size() - 1).event().startsWith("RUN_"), "and nothing after it");
    List<String> announced =
        node.ownerEvents(run).stream()
            .filter(one -> Json.parse(one.data()).path("run_id").asText().equals(ended.runId()))
            .map(Publication::event)
            .toList();
    assertEquals(1, announced.stream().filter("agent_started"::equals).count());
    assertEquals(1, announced.stream().filter("agent_completed"::equals).count());
    assertEquals(0, node.stores.redis("ZCARD", Keys.activeRuns(run.tenant(), "ann")).asLong());
    assertNull(
        node.stores
            .redis("ZSCORE", Keys.runDue(Keys.shard(run.run())), run.toString())
            .textIfAny());
    assertNull(
        Await.get(node.stores.threads.get(ended.thread())).orElseThrow().active(),
        "its thread is free");
    assertEquals(1, ended(run).size());
  }

  private List<JsonNode> ended(RunKey run) {
    return node.log(new Channel(run.tenant(), ChannelName.system("runs"))).stream()
        .map(one -> Json.parse(one.data()))
        .filter(data -> data.path("run").asText().equals(run.run()))
        .toList();
  }

  @Test
  void aRunFromItsStartToItsEnd() {
    RunSpec spec = node.stores.spec("th", "r1");
    RunStore.Claimed run = claimed(spec);
    assertEquals(spec.input(), run.input());
    assertEquals(Optional.empty(), claim(), "it waits no more");
    node.taken(run, 1, Events.started(run.run()), Events.open("m1"), Events.delta("m1", "Hi"));
    node.taken(run, 4, Events.close("m1"), Events.finished(run.run()));

    assertEnded(spec.key(), "success", "");
    String document = new String(Await.get(node.stores.threads.document(spec.thread())));
    assertEquals("Hi", Json.parse(document).path("messages").path(1).path("content").asText());
    assertEquals("u1", Json.parse(document).path("messages").path(0).path("id").asText());
  }

  @Test
  void anEndThatIsSentAgainIsTheSameEnd() {
    RunStore.Claimed run = claimed("th");
    RunKey key = run.run().key();
    node.taken(run, 1, Events.started(run.run()));
    var first = node.taken(run, 2, Events.finished(run.run()));
    var again = other.taken(run, 2, Events.finished(run.run()));
    assertTrue(first.over() && again.over());
    assertEquals(
        ErrorCode.CONFLICT,
        Await.code(node.take(key, record(key).generation(), 3, Events.error("late"))),
        "nobody has this generation");
    assertEnded(key, "success", "");
  }

  @Test
  void theErrorOfAWorkerIsTheEndOfItsRun() {
    RunStore.Claimed run = claimed("th");
    node.taken(run, 1, Events.started(run.run()), Events.open("m1"));
    node.taken(run, 3, Events.error("no more tokens"));
    assertEnded(run.run().key(), "error", "agent_error");
  }

  /**
   * The node died after the end was decided: before the log had it, or before all were notified.
   */
  @Test
  void anEndThatWasDecidedIsAnnouncedByTheSweep() {
    RunStore.Claimed run = claimed("th");
    RunKey key = run.run().key();
    node.taken(run, 1, Events.started(run.run()));
    var how = RunRecord.End.of("success", "");
    long own = run.run().generation();
    Await.get(node.stores.runs.endAsSaid(key, own, how, Events.finished(run.run()), 1));
    assertEquals(1, node.log(key).size());
    sweep(key);
    assertEnded(key, "success", "");
  }

  @Test
  void twoNodesThatEndARunTogetherEndItOnce() {
    for (int i = 0; i < 10; i++) {
      RunStore.Claimed run = claimed("th" + i);
      RunKey key = run.run().key();
      node.taken(run, 1, Events.started(run.run()), Events.open("m1"));
      node.stores.age(key, "lease", LONG);
      RunRecord known = record(key);
      var one = node.stores.ask(() -> node.ingest.finishing().end(known, EndCause.WORKER_LOST));
      var two = other.stores.ask(() -> other.ingest.finishing().end(known, EndCause.WORKER_LOST));
      one.otherwiseEmpty().toCompletionStage().toCompletableFuture().join();
      two.otherwiseEmpty().toCompletionStage().toCompletableFuture().join();
      sweep(key);
      assertEnded(key, "error", "worker_lost");
    }
  }

  @Test
  void aWorkerThatClaimsAndNeverBeatsLosesItsRunToAnother() {
    RunStore.Claimed run = claimed("th");
    RunKey key = run.run().key();
    sweep(key);
    assertEquals(RunState.RUNNING, record(key).state(), "its lease has not passed");
    node.stores.age(key, "lease", LONG);
    sweep(key);
    assertEquals(RunState.QUEUED, record(key).state());
    RunStore.Claimed second = claim().orElseThrow();
    assertEquals(key, second.run().key());
    assertEquals(2, second.run().attempt());
    node.taken(second, 1, Events.started(second.run()), Events.finished(second.run()));
    assertEnded(key, "success", "");
  }

  @Test
  void aWorkerThatIsLostInMidTextEndsItsRunByName() {
    RunStore.Claimed run = claimed("th");
    RunKey key = run.run().key();
    node.taken(run, 1, Events.started(run.run()), Events.open("m1"), Events.delta("m1", "Hel"));
    node.stores.age(key, "lease", LONG);
    sweep(key);
    assertEnded(key, "error", "worker_lost");
    assertEquals(ErrorCode.CONFLICT, Await.code(node.take(run, 4, Events.error("too late"))));
    assertEquals(
        ErrorCode.CONFLICT, Await.code(other.take(run, 4, Events.delta("m1", "lo"))), "too late");
    assertEquals("Hel", node.text(key, "m1"));
  }

  /** Nobody could renew a lease while Redis was away. */
  @Test
  void noWorkerIsLostBeforeItCouldRenewItsLeaseAfterAnOutage() {
    RunStore.Claimed run = claimed("th");
    RunKey key = run.run().key();
    node.taken(run, 1, Events.started(run.run()));
    node.stores.age(key, "lease", LONG);
    node.stores.age(key, "active", LONG);
    sweep(key, Duration.ofSeconds(14));
    assertEquals(RunState.RUNNING, record(key).state());
    sweep(key, Duration.ofSeconds(16));
    assertEnded(key, "error", "worker_lost");
  }

  @Test
  void aRunThatNoWorkerTakesEndsByName() {
    RunSpec spec = node.stores.spec("th", "r1");
    node.stores.on(() -> starting.start(spec));
    sweep(spec.key());
    assertEquals(RunState.QUEUED, record(spec.key()).state());
    node.stores.age(spec.key(), "queued", LONG);
    sweep(spec.key());
    assertEnded(spec.key(), "error", "no_worker");
  }

  /** The hint was lost, or came before a node died: the sweep puts the run into its queue again. */
  @Test
  void aRunThatIsInNoQueueIsFoundByTheSweep() {
    RunSpec spec = node.stores.spec("th", "r1");
    node.stores.on(() -> starting.start(spec));
    Await.get(node.stores.queue.remove(spec.key(), "researcher"));
    assertEquals(Optional.empty(), claim());
    sweep(spec.key());
    assertEquals(spec.key(), claim().orElseThrow().run().key());
  }

  @Test
  void aRunThatIsSilentOrTakesTooLongEndsByName() {
    endsFor("active", "idle");
    endsFor("started", "timed_out");
  }

  private void endsFor(String field, String code) {
    RunStore.Claimed run = claimed("th" + code);
    node.taken(run, 1, Events.started(run.run()));
    node.stores.age(run.run().key(), field, LONG);
    sweep(run.run().key());
    assertEnded(run.run().key(), "error", code);
  }

  @Test
  void aRunThatIsCancelledWhileItWaitsEndsAtOnce() {
    RunSpec spec = node.stores.spec("th", "r1");
    node.stores.on(() -> starting.start(spec));
    Await.get(node.stores.runs.cancel(spec.key(), "ann", "no need"));
    sweep(spec.key());
    assertEnded(spec.key(), "cancelled", "");
    assertEquals(List.of("RUN_STARTED", "RUN_FINISHED"), node.types(spec.key()));
    assertEquals(Optional.empty(), claim());
  }

  /** AG-UI lets no run finish while something is open. */
  @Test
  void aRunThatIsCancelledInMidTextIsClosedInOrderAfterItsGrace() {
    RunStore.Claimed run = claimed("th");
    RunKey key = run.run().key();
    node.taken(run, 1, Events.started(run.run()), Events.open("m1"), Events.call("c1", "search"));
    Await.get(node.stores.runs.cancel(key, "ann", "enough"));
    sweep(key);
    assertEquals(RunState.RUNNING, record(key).state(), "its worker has its grace");
    node.stores.age(key, "cancelat", LONG);
    sweep(key);
    assertEnded(key, "cancelled", "");
    assertEquals(
        List.of("TOOL_CALL_END", "TEXT_MESSAGE_END", "RUN_FINISHED"),
        node.types(key).subList(3, 6));
  }

  @Test
  void aThreadTakesItsNextRunWhenTheOneBeforeHasEnded() {
    RunStore.Claimed run = claimed("th");
    RunSpec next = node.stores.spec("th", "next");
    assertEquals(ErrorCode.CONFLICT, Await.code(node.stores.ask(() -> starting.start(next))));
    assertEquals(1, node.stores.redis("ZCARD", Keys.activeRuns(next.tenant(), "ann")).asLong());
    node.taken(run, 1, Events.started(run.run()), Events.finished(run.run()));
    node.stores.on(() -> starting.start(next));
    assertEquals(next.key(), claim().orElseThrow().run().key());
  }

  @Test
  void aStartThatIsSentAgainIsTheRunAsItIsNow() {
    RunSpec spec = node.stores.spec("th", "r1");
    RunStore.Claimed run = claimed(spec);
    var again = node.stores.on(() -> starting.start(spec));
    assertEquals(RunState.RUNNING, again.run().state());
    node.taken(run, 1, Events.started(run.run()), Events.finished(run.run()));
    assertEquals(RunState.ENDED, node.stores.on(() -> starting.start(spec)).run().state());
    assertEquals(Optional.empty(), claim());
    assertEnded(spec.key(), "success", "");
  }

  @Test
  void moreRunsThanAUserMayHaveAreRefusedAndLeaveNothing() {
    for (int i = 0; i < 5; i++) {
      int at = i;
      node.stores.on(() -> starting.start(node.stores.spec("th" + at, "r")));
    }
    RunSpec sixth = node.stores.spec("th6", "r");
    assertEquals(
        ErrorCode.LIMIT_EXCEEDED, Await.code(node.stores.ask(() -> starting.start(sixth))));
    assertEquals(Optional.empty(), Await.get(node.stores.runs.get(sixth.key())));
    assertEquals(Optional.empty(), Await.get(node.stores.threads.get(sixth.thread())));
    assertEquals(5, node.stores.redis("ZCARD", Keys.activeRuns(sixth.tenant(), null)).asLong());
  }

  @Test
  void anInputOfAnotherRunOrWithoutMessagesIsRefused() {
    for (String input :
        List.of(
            "[]",
            "{\"threadId\":\"th\",\"runId\":\"other\",\"messages\":[]}",
            "{\"threadId\":\"th\",\"runId\":\"r1\",\"messages\":{}}",
            "{\"threadId\":\"th\",\"runId\":\"r1\",\"messages\":[1]}",
            "{\"threadId\":\"th\",\"runId\":\"r1\",\"messages\":[{\"id\":\"x\"}]}")) {
      var spec =
          RunSpec.of(
              node.stores.tenant, "ann", "th", "r1", "researcher", input, RunLimits.DEFAULT, false);
      assertEquals(
          ErrorCode.BAD_REQUEST, Await.code(node.stores.ask(() -> starting.start(spec))), input);
    }
  }

  @Test
  void aRunThatIsGivenBackIsTakenByAnother() {
    RunStore.Claimed run = claimed("th");
    assertTrue(node.stores.on(() -> claiming.release(run.run().key(), run.run().generation())));
    RunStore.Claimed second = claim().orElseThrow();
    assertEquals(run.run().key(), second.run().key());
    assertEquals(1, second.run().attempt());
  }

  /** Hundreds of ends may be left by a node that died; each takes some megabytes of memory. */
  @Test
  void manyRunsEndAFewAtATime() {
    List<RunKey> runs = new ArrayList<>();
    for (int i = 0; i < 120; i++) {
      RunKey run = node.stores.queued(RunLimits.DEFAULT);
      Await.get(node.stores.runs.cancel(run, "ann", "enough"));
      var how = RunRecord.End.of("cancelled", "");
      String terminal = Events.finished(record(run));
      Await.get(node.stores.runs.end(run, 0, EndCause.CANCELLED, how, terminal));
      node.stores.redis("ZADD", Keys.runDue(Keys.shard(run.run())), 1, run.toString());
      runs.add(run);
    }
    Future<Integer> sweep = node.stores.ask(() -> node.sweeping().sweep(LONG));
    int most = 0;
    while (!sweep.isComplete()) {
      Finishing ends = node.ingest.finishing();
      most = Math.max(most, node.stores.on(() -> Future.succeededFuture(ends.underWay())));
    }
    assertTrue(most > 0 && most <= 16, most + " at once");
    assertTrue(Await.get(sweep) >= runs.size());
    runs.forEach(run -> assertEquals(RunState.ENDED, record(run).state()));
  }
}
