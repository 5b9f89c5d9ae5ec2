package dev.holdfast.runs.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.agui.Json;
import dev.holdfast.core.Ids;
import dev.holdfast.core.bounds.FairTurns;
import dev.holdfast.redis.Keys;
import dev.holdfast.runs.Await;
import dev.holdfast.runs.Busy;
import dev.holdfast.runs.config.RunLimits;
import dev.holdfast.runs.records.EndCause;
import dev.holdfast.runs.records.RunKey;
import dev.holdfast.runs.records.RunRecord;
import dev.holdfast.runs.records.RunSpec;
import dev.holdfast.runs.records.Stores;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Runs that wait for their thread, when nodes die between the steps. */
@ExtendWith(RedisExtension.class)
class UpcomingIT {
  private static final FairTurns.Bounds BOUNDS = new FairTurns.Bounds(4, 4, 100, 5_000, 0);

  private Stores stores;
  private Starting starting;
  private Upcoming upcoming;
  private final List<String> offered = new ArrayList<>();

  @BeforeEach
  void open(TestRedis redis) {
    stores = new Stores(redis.uri());
    var turns = new FairTurns("test", BOUNDS, null, new SimpleMeterRegistry());
    upcoming =
        new Upcoming(stores.vertx, stores.records, turns, (agent, tenant) -> offered.add(tenant));
    starting = new Starting(stores.vertx, stores.records);
  }

  @AfterEach
  void close() {
    stores.close();
  }

  private RunSpec spec(String run, Busy busy) {
    return new RunSpec(
        stores.tenant,
        "ann",
        "th",
        run,
        "researcher",
        Stores.input("th", run).replace("u1", "u-" + run),
        RunLimits.DEFAULT,
        false,
        busy);
  }

  private RunRecord started(String run) {
    RunSpec spec = spec(run, Busy.ENQUEUE);
    return stores.on(() -> starting.start(spec)).run();
  }

  private RunRecord now(RunRecord run) {
    return stores.record(run.key());
  }

  private void looks(RunRecord run) {
    RunRecord as = now(run);
    stores.on(() -> upcoming.begin(as));
  }

  private boolean waits(RunRecord run) {
    return now(run).held() != null;
  }

  /** Ends a run as nodes do, but for the news of it. */
  private void end(RunRecord run, String document) {
    cancel(run);
    close(run, document);
  }

  private void cancel(RunRecord run) {
    Await.get(stores.runs.cancel(run.key(), "ann", ""));
    RunRecord as = now(run);
    var how = RunRecord.End.of("cancelled", "");
    Await.get(stores.runs.end(run.key(), as.generation(), EndCause.CANCELLED, how, "{}"));
  }

  private void close(RunRecord run, String document) {
    RunRecord ended = now(run);
    byte[] left = document.getBytes(StandardCharsets.UTF_8);
    stores.on(() -> stores.records.close(ended, left, null));
  }

  @Test
  void noWorkerGetsARunThatWaitsForItsThread() {
    RunRecord first = started("r1");
    RunRecord second = started("r2");
    assertNull(first.held());
    assertEquals(Busy.ENQUEUE, second.held());
    assertEquals(Optional.empty(), Await.get(stores.runs.claim(second.key(), "w", Ids.fresh())));
    looks(second);
    assertTrue(waits(second), "the first one is active");

    end(first, "{\"messages\":[{\"id\":\"m\",\"role\":\"user\"}],\"state\":{\"n\":1.5}}");
    stores.on(() -> upcoming.next(second.thread()));
    assertFalse(waits(second));
    assertEquals(List.of(stores.tenant), offered);
    String input = Await.get(stores.runs.claim(second.key(), "w", Ids.fresh())).get().input();
    assertEquals("m", Json.parse(input).at("/messages/0/id").asText());
    assertEquals("u-r2", Json.parse(input).at("/messages/1/id").asText());
    assertEquals(1.5, Json.parse(input).at("/state/n").asDouble());
  }

  /** The node died when the thread was the run's, and no worker could have the run. */
  @Test
  void aBeginningGoesOnWhereItStopped() {
    RunRecord first = started("r1");
    RunRecord second = started("r2");
    end(first, "{\"messages\":[]}");
    Await.get(stores.threads.begin(spec("r2", Busy.REJECT)));
    assertTrue(waits(second));
    looks(second);
    looks(second);
    assertFalse(waits(second));
    assertEquals(second.key().run(), Await.get(stores.threads.get(second.thread())).get().active());
  }

  /** The node died when the run had its place in the thread's queue, and no record. */
  @Test
  void aStartThatWasGivenUpKeepsOthersWaitingForAMinute() {
    RunRecord first = started("r1");
    RunSpec lost = spec("lost", Busy.ENQUEUE);
    assertTrue(Await.get(stores.threads.beginOrWait(lost, null, Duration.ZERO)).held());
    RunRecord third = started("r3");
    end(first, "{\"messages\":[]}");
    stores.on(() -> upcoming.next(third.thread()));
    looks(third);
    assertTrue(waits(third), "its start may be under way");

    String runs = Keys.threadRuns(stores.tenant, third.thread().thread());
    stores.redis("ZINCRBY", runs, -Starting.GIVEN_UP.toMillis(), lost.key().run());
    looks(third);
    assertFalse(waits(third));
    assertEquals(Optional.empty(), Await.get(stores.records.held().next(third.thread())));
  }

  @Test
  void aRunThatIsCancelledJustThenLeavesTheThreadToTheNext() {
    RunRecord first = started("r1");
    RunRecord second = started("r2");
    RunRecord third = started("r3");
    end(first, "{\"messages\":[]}");
    end(second, "{\"messages\":[]}");
    String thread = Keys.thread(stores.tenant, third.thread().thread());
    stores.redis("HSET", thread, "active", second.key().run());
    looks(third);
    assertFalse(waits(third));
    assertEquals(third.key().run(), Await.get(stores.threads.get(third.thread())).get().active());
  }

  @Test
  void aRunWaitsForItsThreadAsLongAsItMayTake() {
    started("r1");
    RunRecord second = started("r2");
    var how = RunRecord.End.of("error", "timed_out");
    stores.age(second.key(), "queued", Duration.ofMinutes(10));
    for (EndCause cause : List.of(EndCause.NO_WORKER, EndCause.TIMED_OUT)) {
      Await.refusal(stores.runs.end(second.key(), 0, cause, how, "{}"));
    }
    stores.age(second.key(), "created", Duration.ofHours(1));
    Await.refusal(stores.runs.end(second.key(), 0, EndCause.NO_WORKER, how, "{}"));
    Await.get(stores.runs.end(second.key(), 0, EndCause.TIMED_OUT, how, "{}"));
  }

  private @Nullable String active(RunRecord run) {
    return Await.get(stores.threads.get(run.thread())).orElseThrow().active();
  }

  /** It was offered to workers in vain, and took the place of one that they may claim. */
  @Test
  void aRunThatWaitsForItsThreadDoesNotWaitForAWorkerToo() {
    String queue = Keys.runQueue(stores.tenant, "researcher");
    RunRecord first = started("r1");
    RunRecord second = started("r2");
    assertFalse(stores.redis("ZSCORE", queue, first.key().run()).isNull());
    assertTrue(stores.redis("ZSCORE", queue, second.key().run()).isNull());
    end(first, "{\"messages\":[]}");
    looks(second);
    assertFalse(stores.redis("ZSCORE", queue, second.key().run()).isNull());
  }

  /** The node died when the run had got its input, and another run came before it then. */
  @Test
  void whatTheThreadHasLostMeanwhileDoesNotComeBack() {
    RunRecord first = started("r1");
    RunRecord second = started("r2");
    String left = "{\"messages\":[{\"id\":\"old\",\"role\":\"user\"}],\"state\":{\"n\":1}}";
    end(first, left);
    String said = Await.get(stores.runs.input(second.key()));
    var given = ContinuedInput.of(said, left.getBytes(StandardCharsets.UTF_8), -1);
    assertTrue(Await.get(stores.records.held().input(second.key(), given.text(), given.own())));

    RunSpec interrupts = spec("r3", Busy.INTERRUPT);
    RunRecord third = stores.on(() -> starting.start(interrupts)).run();
    looks(second);
    assertTrue(waits(second));
    looks(third);
    end(third, "{\"messages\":[{\"id\":\"new\",\"role\":\"user\"}],\"state\":{\"n\":2}}");
    looks(second);
    String input = Await.get(stores.runs.claim(second.key(), "w", Ids.fresh())).get().input();
    List<String> ids = Json.parse(input).path("messages").findValuesAsText("id");
    assertEquals(List.of("new", "u-r2"), ids);
    assertEquals(2, Json.parse(input).at("/state/n").asInt());
  }

  /** A node that was slow gave the thread to a run that had ended, and hid the open questions. */
  @Test
  void aBeginningThatComesAfterTheEndLeavesTheThreadFree() {
    RunRecord first = started("r1");
    RunRecord second = now(started("r2"));
    end(first, "{\"messages\":[]}");
    end(second, "{\"messages\":[]}");
    stores.on(() -> upcoming.begin(second));
    assertNull(active(second));
    assertEquals(List.of(), offered);
  }

  /** It took the thread without what the runs before it had left, and its end deleted that. */
  @Test
  void aRunThatIsCancelledAsItBeginsLeavesTheThreadAsItIs() {
    RunRecord first = started("r1");
    RunRecord second = now(started("r2"));
    String left = "{\"messages\":[{\"id\":\"m\",\"role\":\"user\"}]}";
    end(first, left);
    cancel(second);
    stores.on(() -> upcoming.begin(second));
    close(second, "{\"messages\":[]}");
    byte[] document = Await.get(stores.threads.document(second.thread()));
    assertEquals(left, new String(document, StandardCharsets.UTF_8));
    assertNull(active(second));
    assertEquals(Optional.empty(), Await.get(stores.records.held().next(second.thread())));
  }

  /** A start that was sent again had put it there; the one behind it waited for the next look. */
  @Test
  void aRunThatHasEndedKeepsNobodyWaitingForItsThread() {
    RunRecord first = started("r1");
    RunRecord second = started("r2");
    RunRecord third = started("r3");
    end(second, "{\"messages\":[]}");
    end(first, "{\"messages\":[]}");
    String thread = Keys.thread(stores.tenant, third.thread().thread());
    String queue = first.key().run() + " " + second.key().run() + " " + third.key().run();
    stores.redis("HSET", thread, "queue", queue);
    stores.on(() -> upcoming.next(third.thread()));
    assertFalse(waits(third));
    assertEquals(third.key().run(), active(third));
  }

  /** The first was left over from its end, and the other from a start that was given up. */
  @Test
  void aStartBehindNobodyIsNotRefused() {
    RunRecord first = started("r1");
    RunSpec lost = spec("lost", Busy.ENQUEUE);
    Await.get(stores.threads.beginOrWait(lost, null, Duration.ZERO));
    String key = first.thread().thread();
    stores.redis(
        "ZINCRBY",
        Keys.threadRuns(stores.tenant, key),
        -Starting.GIVEN_UP.toMillis(),
        lost.key().run());
    end(first, "{\"messages\":[]}");
    stores.redis("HSET", Keys.thread(stores.tenant, key), "active", first.key().run());
    RunSpec rejects = spec("r2", Busy.REJECT);
    RunRecord second = stores.on(() -> starting.start(rejects)).run();
    assertEquals(second.key().run(), active(second));
  }

  /** The thread is that of an older copy of Redis, or was deleted with many others. */
  @Test
  void aRunThatItsThreadDoesNotKnowWaitsAnew() {
    RunRecord first = started("r1");
    RunRecord second = started("r2");
    stores.redis("HDEL", Keys.thread(stores.tenant, second.thread().thread()), "queue");
    looks(second);
    assertTrue(waits(second));
    end(first, "{\"messages\":[]}");
    looks(second);
    assertFalse(waits(second));
    assertEquals(second.key().run(), active(second));
  }

  /** It was not there to be cancelled yet, and so the other one waited for all of it. */
  @Test
  void aRunWhoseStartWasUnderWayIsInterruptedLater() {
    List<RunKey> cancelled = new ArrayList<>();
    upcoming.interrupting(
        (run, by) -> {
          cancelled.add(run);
          return Future.succeededFuture();
        });
    RunSpec slow = spec("r1", Busy.REJECT);
    Await.get(stores.threads.begin(slow));
    RunSpec interrupts = spec("r2", Busy.INTERRUPT);
    RunRecord second = stores.on(() -> starting.start(interrupts)).run();
    String runs = Keys.threadRuns(stores.tenant, second.thread().thread());
    stores.redis("ZINCRBY", runs, -10, slow.key().run());
    RunRecord first = Await.get(stores.runs.create(slow)).run();
    looks(second);
    assertEquals(List.of(first.key()), cancelled);

    RunSpec later = spec("r3", Busy.INTERRUPT);
    RunRecord third = stores.on(() -> starting.start(later)).run();
    stores.redis("ZINCRBY", runs, -10, second.key().run());
    end(first, "{\"messages\":[]}");
    looks(third);
    looks(second);
    assertEquals(third.key().run(), active(third));
    assertEquals(List.of(first.key()), cancelled, "the one that came later goes on");
  }
}
