package dev.holdfast.runs.ingest;

import static dev.holdfast.runs.ingest.Events.args;
import static dev.holdfast.runs.ingest.Events.call;
import static dev.holdfast.runs.ingest.Events.called;
import static dev.holdfast.runs.ingest.Events.chunk;
import static dev.holdfast.runs.ingest.Events.delta;
import static dev.holdfast.runs.ingest.Events.finished;
import static dev.holdfast.runs.ingest.Events.result;
import static dev.holdfast.runs.ingest.Events.started;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.channels.Publication;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.redis.Keys;
import dev.holdfast.runs.Await;
import dev.holdfast.runs.TestConfig;
import dev.holdfast.runs.config.RunLimits;
import dev.holdfast.runs.ingest.Ingest.Batch;
import dev.holdfast.runs.ingest.Ingest.Taken;
import dev.holdfast.runs.records.EndCause;
import dev.holdfast.runs.records.RunKey;
import dev.holdfast.runs.records.RunRecord;
import dev.holdfast.runs.records.RunState;
import dev.holdfast.runs.records.RunStore;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A worker's events, from its batch to the log, at one node and at two. */
@ExtendWith(RedisExtension.class)
class IngestIT {
  private RunsNode node;
  private RunsNode other;

  @BeforeEach
  void open(TestRedis redis) {
    node = new RunsNode(redis.uri());
    other = new RunsNode(redis.uri());
  }

  @AfterEach
  void close() {
    other.close();
    node.close();
  }

  @Test
  void whatAWorkerSendsIsInTheLogOnceAndInOrder() {
    RunStore.Claimed run = node.stores.running(RunLimits.DEFAULT);
    RunKey key = run.run().key();
    Taken first = node.taken(run, 1, started(run.run()), Events.open("m1"), delta("m1", "Hel"));
    assertEquals(4, first.next());
    Taken second = node.taken(run, 4, delta("m1", "lo"), Events.close("m1"));
    Taken last = node.taken(run, second.next(), finished(run.run()));

    assertTrue(last.over());
    assertEquals(
        List.of(
            "RUN_STARTED",
            "TEXT_MESSAGE_START",
            "TEXT_MESSAGE_CONTENT",
            "TEXT_MESSAGE_CONTENT",
            "TEXT_MESSAGE_END",
            "RUN_FINISHED"),
        node.types(key));
    assertEquals("Hello", node.text(key, "m1"));
    assertEquals(RunState.ENDED, node.stores.record(key).state());
    assertEquals("success", node.stores.record(key).end().outcome());
  }

  @Test
  void deltasOfOneTextThatComeTogetherBecomeOne() {
    RunStore.Claimed run = node.begun(RunLimits.DEFAULT);
    Taken taken =
        node.taken(run, 2, Events.open("m1"), delta("m1", "a"), delta("m1", "b"), delta("m1", "c"));
    assertEquals(4, taken.next());
    assertEquals("abc", node.text(run.run().key(), "m1"));
  }

  @Test
  void aTextGrowsAtMostOnceAWindow() {
    RunStore.Claimed run = node.begun(RunLimits.DEFAULT);
    long next = node.taken(run, 2, Events.open("m1"), delta("m1", "0")).next();
    long from = System.nanoTime();
    for (int i = 1; i <= 10; i++) {
      next = node.taken(run, next, delta("m1", "" + i)).next();
    }
    long ms = (System.nanoTime() - from) / 1_000_000;
    assertTrue(ms >= 9 * 50, "10 batches in " + ms + " ms");
    assertEquals("012345678910", node.text(run.run().key(), "m1"));
  }

  /** The answer was lost: the worker sends its batch again, here or elsewhere. */
  @Test
  void aBatchThatIsSentAgainIsStoredOnce() {
    RunStore.Claimed run = node.begun(RunLimits.DEFAULT);
    String[] batch = {Events.open("m1"), delta("m1", "one "), call("c1", "search"), called("c1")};
    Taken first = node.taken(run, 2, batch);
    Taken again = node.taken(run, 2, batch);
    Taken elsewhere = other.taken(run, 2, batch);
    assertEquals(first, again);
    assertEquals(first.next(), elsewhere.next());

    node.taken(run, first.next(), delta("m1", "two"));
    assertEquals("one two", node.text(run.run().key(), "m1"));
    assertEquals(List.of("agent_started", "agent_thinking", "tool_executing"), announced(run));
  }

  private List<String> announced(RunStore.Claimed run) {
    return node.ownerEvents(run.run().key()).stream().map(Publication::event).toList();
  }

  /** A node that died in the middle of a batch has stored a part of it. */
  @Test
  void theRestOfABatchIsStoredOfWhichAPartIs() {
    RunStore.Claimed run = node.begun(RunLimits.DEFAULT);
    RunKey key = run.run().key();
    node.taken(run, 2, Events.open("m1"));
    Taken taken = other.taken(run, 2, Events.open("m1"), call("c1", "search"), args("c1", "{}"));
    assertEquals(5, taken.next());
    assertEquals(
        List.of("RUN_STARTED", "TEXT_MESSAGE_START", "TOOL_CALL_START", "TOOL_CALL_ARGS"),
        node.types(key));
    node.taken(run, 5, called("c1"));
    assertEquals(5, node.log(key).size());
  }

  /** Its worker would believe it stored. */
  @Test
  void anotherBatchUnderTheSameNumberIsRefused() {
    RunStore.Claimed run = node.begun(RunLimits.DEFAULT);
    node.taken(run, 2, Events.open("m1"), delta("m1", "Hel"));
    assertEquals(
        ErrorCode.CONFLICT, Await.code(node.take(run, 2, Events.open("m1"), delta("m1", "Hello"))));
    assertEquals(ErrorCode.CONFLICT, Await.code(other.take(run, 2, Events.open("m2"))));
    node.taken(run, 4, delta("m1", "lo"));
    assertEquals("Hello", node.text(run.run().key(), "m1"));
  }

  @Test
  void aNumberThatLeavesSomethingOutIsRefused() {
    RunStore.Claimed run = node.begun(RunLimits.DEFAULT);
    HoldfastException refused = Await.refusal(node.take(run, 3, Events.open("m1")));
    assertEquals(ErrorCode.OUT_OF_SEQUENCE, refused.code());
    assertEquals("n: go on with 2", refused.publicMessage());
  }

  @Test
  void aWorkerMayChangeItsNodeAtEachBatch() {
    RunStore.Claimed run = node.begun(RunLimits.DEFAULT);
    long next = node.taken(run, 2, Events.open("m1")).next();
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 20; i++) {
      text.append(i).append(' ');
      RunsNode at = i % 3 == 0 ? other : node;
      next = at.taken(run, next, delta("m1", i + " ")).next();
    }
    assertEquals(text.toString(), node.text(run.run().key(), "m1"));
  }

  @Test
  void eventsThatBreakTheGrammarAreRefusedByIndexAndRuleAndNothingOfTheirBatchIsStored() {
    RunStore.Claimed run = node.begun(RunLimits.DEFAULT);
    HoldfastException refused =
        Await.refusal(node.take(run, 2, Events.open("m1"), delta("m2", "x")));
    assertEquals(ErrorCode.BAD_REQUEST, refused.code());
    assertEquals(
        "events/1: TEXT_MESSAGE_CONTENT of m2, which is not open", refused.publicMessage());
    assertEquals(1, node.log(run.run().key()).size());

    node.taken(run, 2, Events.open("m1"));
    assertEquals(
        "events/0: RUN_FINISHED of another thread or run",
        Await.refusal(
                node.take(run, 3, "{\"type\":\"RUN_FINISHED\",\"threadId\":\"x\",\"runId\":\"y\"}"))
            .publicMessage());
    assertEquals(
        ErrorCode.BAD_REQUEST, Await.code(node.take(run, 3, Events.close("m1"), "{\"type\":")));
    assertEquals(ErrorCode.BAD_REQUEST, Await.code(node.take(run, 3, finished(run.run()))));
    node.taken(run, 3, Events.close("m1"));
  }

  @Test
  void anEventThatIsTooLargeIsRefused() {
    RunStore.Claimed run = node.begun(RunLimits.DEFAULT);
    String large = delta("m1", "x".repeat(Prepared.MOST_EVENT));
    assertEquals(ErrorCode.TOO_LARGE, Await.code(node.take(run, 2, Events.open("m1"), large)));
    assertEquals(1, node.log(run.run().key()).size());
  }

  @Test
  void aPairOfSurrogatesThatIsCutArrivesWhole() {
    RunStore.Claimed run = node.begun(RunLimits.DEFAULT);
    String smile = "😀";
    long next = node.taken(run, 2, Events.open("m1"), delta("m1", smile.substring(0, 1))).next();
    next = other.taken(run, next, delta("m1", smile.substring(1))).next();
    node.taken(run, next, delta("m1", smile.substring(0, 1)), delta("m1", smile.substring(1)));
    assertEquals(smile + smile, node.text(run.run().key(), "m1"));
  }

  /** Where a shorthand stands is in no event: a node that comes later has it of the snapshot. */
  @Test
  void shorthandsGoOnAtAnotherNode() {
    RunStore.Claimed run = node.begun(RunLimits.DEFAULT);
    long next = node.taken(run, 2, chunk("m1", "Hel")).next();
    next = other.taken(run, next, chunk("m1", "lo")).next();
    next = node.taken(run, next, chunk("m2", "Bye")).next();
    next = other.taken(run, next, call("c1", "search"), called("c1")).next();
    node.taken(run, next, finished(run.run()));
    assertEquals("Hello", node.text(run.run().key(), "m1"));
    assertEquals("Bye", node.text(run.run().key(), "m2"));
    assertEquals(
        2, node.types(run.run().key()).stream().filter("TEXT_MESSAGE_END"::equals).count());
  }

  @Test
  void oneBatchOfARunIsUnderWayAtATime() {
    RunStore.Claimed run = node.begun(RunLimits.DEFAULT);
    RunRecord record = run.run();
    var batch = new Batch(record.key(), record.generation(), 2, List.of(Events.open("m1")), null);
    // In one go: the first must not be over when the second comes.
    var both =
        node.stores.on(
            () ->
                Future.succeededFuture(List.of(node.ingest.take(batch), node.ingest.take(batch))));
    assertEquals(ErrorCode.RATE_LIMITED, Await.code(both.get(1)));
    assertEquals(3, Await.get(both.get(0)).next());
  }

  /** It was refused as one of two at a time, and kept the run's own worker waiting. */
  @Test
  void aWorkerOfAnotherAgentNeitherSeesNorDisturbsABatch() {
    RunRecord run = node.begun(RunLimits.DEFAULT).run();
    var own = new Batch(run.key(), run.generation(), 2, List.of(Events.open("m1")), null);
    var foreign = new Batch(run.key(), 1, 1, List.of(Events.open("m1")), "other");
    var three =
        node.stores.on(
            () -> {
              var before = node.ingest.take(foreign);
              var taken = node.ingest.take(own);
              return Future.succeededFuture(List.of(before, taken, node.ingest.take(foreign)));
            });
    assertEquals(ErrorCode.NOT_FOUND, Await.code(three.get(0)));
    assertEquals(3, Await.get(three.get(1)).next());
    assertEquals(ErrorCode.NOT_FOUND, Await.code(three.get(2)));
  }

  @Test
  void aWorkerThatLostItsRunIsFencedAtEachStep() {
    RunStore.Claimed run = node.stores.running(RunLimits.DEFAULT);
    RunKey key = run.run().key();
    node.stores.age(key, "lease", Duration.ofHours(1));
    Await.get(node.stores.runs.lost(key, run.run().generation()));
    assertEquals(ErrorCode.FENCED, Await.code(node.take(run, 1, started(run.run()))));
    RunStore.Claimed second = node.stores.claim(key, "w2");
    assertEquals(ErrorCode.FENCED, Await.code(node.take(run, 1, started(run.run()))));
    node.taken(second, 1, started(second.run()));
    assertEquals(ErrorCode.FENCED, Await.code(node.take(run, 2, Events.open("m1"))));
    assertEquals(1, node.log(key).size());
  }

  /** The node has the run in memory, and has not heard that it was taken from its worker. */
  @Test
  void aNodeThatDoesNotKnowYetCanAppendNothing() {
    RunStore.Claimed run = node.begun(RunLimits.DEFAULT);
    RunKey key = run.run().key();
    node.stores.age(key, "lease", Duration.ofHours(1));
    RunRecord known = other.stores.record(key);
    other.stores.on(() -> other.ingest.finishing().end(known, EndCause.WORKER_LOST));
    assertEquals(ErrorCode.FENCED, Await.code(node.take(run, 2, Events.open("m1"))));
    assertEquals(ErrorCode.CONFLICT, Await.code(node.take(run, 2, Events.open("m1"))));
    assertEquals(List.of("RUN_STARTED", "RUN_ERROR"), node.types(key));
  }

  @Test
  void anotherTenantsRunIsAMiss() {
    RunStore.Claimed run = node.begun(RunLimits.DEFAULT);
    RunKey foreign = new RunKey(other.stores.tenant, run.run().key().run());
    assertEquals(ErrorCode.NOT_FOUND, Await.code(node.take(foreign, 1, 2, Events.open("m1"))));
    assertEquals(1, node.log(run.run().key()).size());
  }

  @Test
  void aLongRunHasASnapshotFromWhichAnotherNodeGoesOn() {
    RunStore.Claimed run = node.begun(RunLimits.DEFAULT);
    RunKey key = run.run().key();
    long next = 2;
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 40; i++) {
      List<String> events = new ArrayList<>();
      events.add(Events.open("m" + i));
      events.add(delta("m" + i, "text " + i));
      events.add(call("c" + i, "tool"));
      events.add(args("c" + i, "{\"i\":" + i + "}"));
      events.add(called("c" + i));
      events.add(result("c" + i, "r" + i));
      events.add(Events.close("m" + i));
      next = node.taken(run, next, events.toArray(String[]::new)).next();
      text.append("text ").append(i);
    }
    var kept = Await.get(node.stores.runs.snapshot(key));
    assertNotNull(kept);
    assertTrue(kept.published() >= 256, "at " + kept.published());
    // What is behind the snapshot may be trimmed.
    node.stores.redis("XTRIM", Keys.log(key.channel()), "MINID", kept.at().seq() + 1);

    Taken last = other.taken(run, next, finished(run.run()));
    assertTrue(last.over());
    var thread = Await.get(other.stores.threads.document(run.run().thread()));
    assertEquals(null, thread, "no thread was begun for it");
    String document = new String(Await.get(other.stores.runs.snapshot(key)).document());
    assertTrue(document.contains("text 0") && document.contains("text 39"));
  }

  @Test
  void theLogOfALongRunLetsGoOfWhatItsSnapshotHas(TestRedis redis) {
    RunStore.Claimed run = node.begun(RunLimits.DEFAULT);
    RunKey key = run.run().key();
    String[] many = new String[256];
    Arrays.fill(many, "{\"type\":\"CUSTOM\",\"name\":\"tick\",\"value\":1}");
    long next = 2;
    try (RunsNode brief =
        new RunsNode(redis.uri(), TestConfig.with(Map.of("keepEvents", Duration.ZERO)))) {
      for (int i = 0; i < 6; i++) {
        next = brief.taken(run, next, many).next();
      }
    }
    var left = node.stores.redis("XRANGE", Keys.log(key.channel()), "-", "+").list();
    assertTrue(left.size() >= 512 && left.size() <= 512 + 256, left.size() + " entries");
    long bytes = left.stream().mapToLong(one -> one.at(1).at(1).bytes().length + 64).sum();
    assertEquals(bytes, node.stores.redis("HGET", Keys.meta(key.channel()), "z").asLong());

    next = node.taken(run, next, many).next();
    long later = node.stores.redis("XLEN", Keys.log(key.channel())).asLong();
    assertEquals(left.size() + 256, later, "they are not 30 s old");
    assertTrue(other.taken(run, next, finished(run.run())).over());
    assertEquals("success", other.stores.record(key).end().outcome());
  }

  /** Never a text with a hole. */
  @Test
  void aRunOfWhichEventsAreLostEndsByName() {
    RunStore.Claimed run = node.begun(RunLimits.DEFAULT);
    RunKey key = run.run().key();
    node.taken(run, 2, Events.open("m1"), delta("m1", "a"), delta("m1", "b"));
    node.stores.redis("XDEL", Keys.log(key.channel()), "2-0");

    assertEquals(ErrorCode.CONFLICT, Await.code(other.take(run, 4, delta("m1", "c"))));
    assertEquals("log_lost", other.stores.record(key).end().code());
    assertEquals(RunState.ENDED, other.stores.record(key).state());
    List<String> types = node.types(key);
    assertEquals("RUN_ERROR", types.get(types.size() - 1));
    assertEquals(List.of("agent_started", "agent_thinking", "agent_completed"), announced(run));
  }

  /** A node died after it had ended a run whose log is lost, and before it had noted that. */
  @Test
  void aRunOfWhichEventsAreLostEndsOnce() {
    RunStore.Claimed run = node.begun(RunLimits.DEFAULT);
    RunKey key = run.run().key();
    node.taken(run, 2, Events.open("m1"), delta("m1", "a"));
    node.stores.redis("XDEL", Keys.log(key.channel()), "2-0");
    var how = RunRecord.End.of("error", "log_lost");
    long own = run.run().generation();
    Await.get(node.stores.runs.end(key, own, EndCause.LOG_LOST, how, Events.error("lost")));
    RunRecord ending = node.stores.record(key);
    node.stores.on(() -> node.ingest.finishing().finish(ending));
    other.stores.on(() -> other.ingest.finishing().finish(ending));

    assertEquals(1, node.types(key).stream().filter("RUN_ERROR"::equals).count());
    assertEquals(1, announced(run).stream().filter("agent_completed"::equals).count());
    assertEquals(RunState.ENDED, node.stores.record(key).state());
  }

  @Test
  void aRunThatNeverStopsCanOnlyEnd() {
    RunStore.Claimed run = node.begun(RunLimits.DEFAULT);
    String[] many = new String[256];
    Arrays.fill(many, "{\"type\":\"CUSTOM\",\"name\":\"tick\",\"value\":1}");
    long next = 2;
    while (next <= Ingest.MOST_PUBLICATIONS) {
      next = node.taken(run, next, many).next();
    }
    assertEquals(ErrorCode.LIMIT_EXCEEDED, Await.code(node.take(run, next, many)));
    assertTrue(node.taken(run, next, Events.error("too much")).over());
  }
}
