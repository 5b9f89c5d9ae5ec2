package dev.holdfast.runs.records;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.channels.Publisher;
import dev.holdfast.channels.log.ChannelStore;
import dev.holdfast.channels.log.ChannelsConfig;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Ids;
import dev.holdfast.core.Position;
import dev.holdfast.redis.Keys;
import dev.holdfast.runs.Await;
import dev.holdfast.runs.config.RunLimits;
import dev.holdfast.runs.records.RunRecord.End;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The life of a run's record, each step twice, late and never. */
@ExtendWith(RedisExtension.class)
class RunStoreIT {
  private static final Duration LONG = Duration.ofHours(25);
  private static final End DONE = End.of("success", "");
  private static final End LOST = End.of("error", "worker_lost");
  private static final String TERMINAL = "{\"type\":\"RUN_FINISHED\"}";

  private Stores stores;
  private RunStore runs;
  private ChannelStore logs;

  @BeforeEach
  void open(TestRedis redis) {
    stores = new Stores(redis.uri());
    runs = stores.runs;
    logs = new ChannelStore(stores.link, ChannelsConfig.DEFAULT);
  }

  @AfterEach
  void close() {
    stores.close();
  }

  @Test
  void aRunThatIsStartedAgainIsTheSameRun() {
    RunSpec spec = stores.spec("th", "r1");
    var first = Await.get(runs.create(spec));
    stores.claim(spec.key(), "w1");
    var again = Await.get(runs.create(spec));

    assertTrue(first.fresh());
    assertFalse(again.fresh());
    assertEquals(RunState.RUNNING, again.run().state());
    assertEquals("th", again.run().threadId());
    assertEquals(RunLimits.DEFAULT, again.run().limits());
  }

  @Test
  void anotherInputOrAgentUnderTheSameIdIsRefused() {
    RunSpec spec = stores.spec("th", "r1");
    Await.get(runs.create(spec));
    var otherInput =
        RunSpec.of(stores.tenant, "ann", "th", "r1", "researcher", "{}", RunLimits.DEFAULT, false);
    var otherAgent =
        RunSpec.of(
            stores.tenant, "ann", "th", "r1", "writer", spec.input(), RunLimits.DEFAULT, false);

    assertEquals(ErrorCode.CONFLICT, Await.code(runs.create(otherInput)));
    assertEquals(ErrorCode.CONFLICT, Await.code(runs.create(otherAgent)));
    assertEquals(spec.input(), Await.get(runs.input(spec.key())));
  }

  @Test
  void equalIdsOfOthersAreOtherRuns() {
    RunSpec spec = stores.spec("th", "r1");
    var bobs =
        RunSpec.of(
            stores.tenant, "bob", "th", "r1", "researcher", spec.input(), RunLimits.DEFAULT, false);
    var otherTenant = "u" + Ids.fresh();
    var theirs =
        RunSpec.of(otherTenant, "ann", "th", "r1", "researcher", "{}", RunLimits.DEFAULT, false);
    Await.get(runs.create(spec));
    assertTrue(Await.get(runs.create(bobs)).fresh());
    assertTrue(Await.get(runs.create(theirs)).fresh());

    assertNotEquals(spec.key().run(), bobs.key().run());
    assertNotEquals(spec.key().run(), theirs.key().run());
    RunKey foreign = new RunKey(otherTenant, spec.key().run());
    assertEquals(Optional.empty(), Await.get(runs.get(foreign)));
    assertEquals(Optional.empty(), Await.get(runs.claim(foreign, "w", "c")));
    assertEquals(ErrorCode.NOT_FOUND, Await.code(runs.beat(foreign, 1, true)));
    assertEquals(ErrorCode.NOT_FOUND, Await.code(runs.cancel(foreign, "eve", "")));
    assertEquals(
        ErrorCode.NOT_FOUND, Await.code(runs.end(foreign, 1, EndCause.WORKER, DONE, TERMINAL)));
    assertEquals(ErrorCode.FENCED, Await.code(runs.snap(foreign, 1, kept("E", 1, "{}"))));
    assertEquals(
        0, stores.redis("KEYS", "hf:*{" + otherTenant + "/run:" + spec.key().run() + "}*").size());
  }

  /** No part of the names may be taken for another's. */
  @Test
  void idsThatOnlyJoinToTheSameTextAreDifferentRuns() {
    assertNotEquals(RunKey.of("t", "a", "bc", "d"), RunKey.of("t", "ab", "c", "d"));
    assertNotEquals(RunKey.of("t", "a", "b", "c").run(), ThreadKey.of("t", "a", "b").thread());
  }

  @Test
  void anInputThatIsTooLargeOrAnIdThatIsNoneIsRefused() {
    String large = "\"" + "ä".repeat(RunSpec.MOST_INPUT / 2) + "\"";
    assertEquals(ErrorCode.TOO_LARGE, refused("th", "r1", large));
    assertEquals(ErrorCode.BAD_REQUEST, refused("", "r1", "{}"));
    assertEquals(ErrorCode.BAD_REQUEST, refused("th", "x".repeat(257), "{}"));
    assertEquals(ErrorCode.BAD_REQUEST, refused("th", "a\nb", "{}"));
  }

  private ErrorCode refused(String thread, String run, String input) {
    var refused =
        assertThrows(
            HoldfastException.class,
            () ->
                RunSpec.of(
                    stores.tenant,
                    "ann",
                    thread,
                    run,
                    "researcher",
                    input,
                    RunLimits.DEFAULT,
                    false));
    return refused.code();
  }

  @Test
  void oneWorkerGetsARunAndAClaimThatIsSentAgainIsTheSame() {
    RunKey run = stores.queued(RunLimits.DEFAULT);
    var claimed = Await.get(runs.claim(run, "w1", "c1")).orElseThrow();
    var again = Await.get(runs.claim(run, "w1", "c1")).orElseThrow();

    assertEquals(Optional.empty(), Await.get(runs.claim(run, "w2", "c2")));
    assertTrue(claimed.run().generation() > 0);
    assertEquals(claimed.run().generation(), again.run().generation());
    assertEquals(1, again.run().attempt());
    assertEquals("w1", again.run().worker());
    assertTrue(claimed.input().contains("Hello?"));
    assertEquals(0, claimed.published());
  }

  @Test
  void twoWorkersAtOnceDoNotBothGetIt() {
    for (int i = 0; i < 50; i++) {
      RunKey run = stores.queued(RunLimits.DEFAULT);
      var one = runs.claim(run, "w1", "c1");
      var two = runs.claim(run, "w2", "c2");
      assertNotEquals(Await.get(one).isPresent(), Await.get(two).isPresent());
    }
  }

  /** A worker is slow, not lost, until somebody has taken its run. */
  @Test
  void aBeatAfterTheLeaseHasPassedRenewsItUnlessTheRunWasTaken() {
    var claimed = stores.running(RunLimits.DEFAULT);
    RunKey run = claimed.run().key();
    long first = claimed.run().generation();
    stores.age(run, "lease", LONG);
    var held = Await.get(runs.beat(run, first, false));
    assertTrue(held.until() > claimed.run().times().lease() - 1);
    assertFalse(held.cancelled());
    assertEquals(ErrorCode.CONFLICT, Await.code(runs.lost(run, first)), "it is alive again");

    stores.age(run, "lease", LONG);
    assertTrue(Await.get(runs.lost(run, first)).isPresent());
    assertEquals(ErrorCode.FENCED, Await.code(runs.beat(run, first, true)));
    stores.claim(run, "w2");
    assertEquals(ErrorCode.FENCED, Await.code(runs.beat(run, first, true)));
  }

  private long generation(RunKey run) {
    return stores.record(run).generation();
  }

  @Test
  void whatAWorkerAppendsAfterItsRunWasTakenIsFenced() {
    var claimed = stores.running(RunLimits.DEFAULT);
    RunKey run = claimed.run().key();
    long first = claimed.run().generation();
    stores.age(run, "lease", LONG);
    Await.get(runs.lost(run, first));

    assertEquals(ErrorCode.FENCED, append(run, first, 1), "before anybody else has it");
    long second = stores.claim(run, "w2").run().generation();
    assertEquals(ErrorCode.FENCED, append(run, first, 1));
    assertNull(append(run, second, 1));
    assertEquals(ErrorCode.FENCED, Await.code(runs.snap(run, first, kept("E", 1, "{}"))));
    assertEquals(
        ErrorCode.FENCED, Await.code(runs.end(run, first, EndCause.WORKER, DONE, TERMINAL)));
  }

  private ErrorCode append(RunKey run, long generation, long n) {
    var publisher = new Publisher(Publisher.RUN, generation);
    byte[] body = "\"event\":\"e\",\"data\":1".getBytes();
    return Await.get(logs.append(run.channel(), publisher, n, body)).result().refused();
  }

  @Test
  void aRunThatWasLostBeforeItsFirstEventWaitsAgainAndIsLostForGoodAfterItsAttempts() {
    RunKey run = stores.queued(RunLimits.DEFAULT);
    for (int attempt = 1; attempt < RunLimits.DEFAULT.attempts(); attempt++) {
      var claimed = stores.claim(run, "w" + attempt);
      assertEquals(attempt, claimed.run().attempt());
      stores.age(run, "lease", LONG);
      var queued = Await.get(runs.lost(run, claimed.run().generation())).orElseThrow();
      assertEquals(RunState.QUEUED, queued.state());
      assertNull(queued.worker());
    }
    var last = stores.claim(run, "last");
    stores.age(run, "lease", LONG);
    assertEquals(Optional.empty(), Await.get(runs.lost(run, last.run().generation())));
    assertEquals(RunState.RUNNING, stores.record(run).state());
  }

  @Test
  void aRunOfWhichSomethingWasPublishedIsNotGivenToAnother() {
    var claimed = stores.running(RunLimits.DEFAULT);
    RunKey run = claimed.run().key();
    long first = claimed.run().generation();
    append(run, first, 1);
    assertEquals(Optional.empty(), Await.get(runs.release(run, first)));
    stores.age(run, "lease", LONG);
    assertEquals(Optional.empty(), Await.get(runs.lost(run, first)));
  }

  @Test
  void aRunThatIsGivenBackCostsNoAttempt() {
    var claimed = stores.running(RunLimits.DEFAULT);
    RunKey run = claimed.run().key();
    long first = claimed.run().generation();
    var released = Await.get(runs.release(run, first)).orElseThrow();
    assertEquals(0, released.attempt());
    assertEquals(ErrorCode.FENCED, Await.code(runs.release(run, first)));
    assertEquals(1, stores.claim(run, "w2").run().attempt());
  }

  @Test
  void theFirstEndCountsAndItsOwnRepetitionIsTheSame() {
    var claimed = stores.running(RunLimits.DEFAULT);
    RunKey run = claimed.run().key();
    long first = claimed.run().generation();
    var ended = Await.get(runs.end(run, first, EndCause.WORKER, DONE, TERMINAL));
    var again = Await.get(runs.end(run, first, EndCause.WORKER, DONE, TERMINAL));
    var other = Await.get(runs.end(run, first + 1, EndCause.WORKER_LOST, LOST, "{}"));

    assertTrue(ended.byThis());
    assertTrue(again.byThis());
    assertFalse(other.byThis());
    var sweep = Await.get(runs.end(run, first, EndCause.WORKER_LOST, LOST, "{}"));
    assertFalse(sweep.byThis(), "for another cause");
    assertEquals(RunState.ENDING, other.run().state());
    assertEquals("success", other.run().end().outcome());
    assertEquals(TERMINAL, other.run().end().terminal());
    assertTrue(other.run().generation() > first);
    assertEquals(ErrorCode.FENCED, append(run, first, 1), "nothing follows on the end");
    assertEquals(ErrorCode.CONFLICT, Await.code(runs.beat(run, first, false)));
    assertEquals(Optional.empty(), Await.get(runs.claim(run, "w2", "c2")));
  }

  @Test
  void aCauseThatIsNotSoEndsNothing() {
    RunKey waits = stores.queued(RunLimits.DEFAULT);
    RunKey runs1 = stores.running(RunLimits.DEFAULT).run().key();
    for (EndCause cause : EndCause.values()) {
      if (cause != EndCause.WORKER && cause != EndCause.LOG_LOST) {
        assertEquals(
            ErrorCode.CONFLICT, Await.code(runs.end(runs1, generation(runs1), cause, LOST, "{}")));
      }
      assertEquals(ErrorCode.CONFLICT, Await.code(runs.end(waits, 0, cause, LOST, "{}")));
    }
    assertEquals(RunState.QUEUED, stores.record(waits).state());
    assertEquals(RunState.RUNNING, stores.record(runs1).state());
  }

  @Test
  void eachCauseEndsARunWhenItIsSo() {
    RunKey waited = stores.queued(RunLimits.DEFAULT);
    stores.age(waited, "queued", LONG);
    assertTrue(Await.get(runs.end(waited, 0, EndCause.NO_WORKER, LOST, "{}")).byThis());
    endsRunning(EndCause.WORKER_LOST, "lease");
    endsRunning(EndCause.IDLE, "active");
    endsRunning(EndCause.TIMED_OUT, "started");
  }

  private void endsRunning(EndCause cause, String field) {
    RunKey run = stores.running(RunLimits.DEFAULT).run().key();
    stores.age(run, field, LONG);
    assertTrue(Await.get(runs.end(run, generation(run), cause, LOST, "{}")).byThis(), cause.code());
  }

  @Test
  void aCancelGivesARunningRunItsGraceAndAWaitingOneNone() {
    RunKey waits = stores.queued(RunLimits.DEFAULT);
    RunKey running = stores.running(RunLimits.DEFAULT).run().key();
    End cancelled = End.of("cancelled", "");

    assertEquals("ann", Await.get(runs.cancel(waits, "ann", "no need")).cancel().by());
    assertTrue(Await.get(runs.end(waits, 0, EndCause.CANCELLED, cancelled, "{}")).byThis());

    long at = Await.get(runs.cancel(running, "ann", "first")).cancel().at();
    RunRecord again = Await.get(runs.cancel(running, "bob", "second"));
    assertEquals(at, again.cancel().at(), "the first one counts");
    assertEquals("first", again.cancel().why());
    assertTrue(Await.get(runs.beat(running, generation(running), false)).cancelled());
    assertEquals(
        ErrorCode.CONFLICT,
        Await.code(runs.end(running, generation(running), EndCause.CANCELLED, cancelled, "{}")));
    stores.age(running, "cancelat", LONG);
    assertTrue(
        Await.get(runs.end(running, generation(running), EndCause.CANCELLED, cancelled, "{}"))
            .byThis());
  }

  @Test
  void aCancelOfARunThatHasEndedChangesNothing() {
    RunKey run = stores.running(RunLimits.DEFAULT).run().key();
    Await.get(runs.end(run, generation(run), EndCause.WORKER, DONE, TERMINAL));
    RunRecord cancelled = Await.get(runs.cancel(run, "ann", "too late"));
    assertNull(cancelled.cancel());
    assertEquals("success", cancelled.end().outcome());
  }

  @Test
  void aSnapshotIsKeptUnlessALaterOneIsThereOrTheLogIsBehindIt() {
    RunKey run = stores.running(RunLimits.DEFAULT).run().key();
    append(run, generation(run), 1);
    append(run, generation(run), 2);
    String epoch = stores.redis("HGET", Keys.meta(run.channel()), "e").asText();
    assertNull(Await.get(runs.snapshot(run)));

    Await.get(runs.snap(run, generation(run), kept(epoch, 2, "two")));
    Await.get(runs.snap(run, generation(run), kept(epoch, 1, "one")));
    assertEquals("two", new String(Await.get(runs.snapshot(run)).document()));
    assertEquals(2, Await.get(runs.snapshot(run)).at().seq());
    assertEquals(
        ErrorCode.OUT_OF_SEQUENCE,
        Await.code(runs.snap(run, generation(run), kept(epoch, 3, "x"))));
    assertEquals(
        ErrorCode.OUT_OF_SEQUENCE,
        Await.code(runs.snap(run, generation(run), kept("other", 2, "x"))));
  }

  private static RunStore.Kept kept(String epoch, long seq, String document) {
    return new RunStore.Kept(new Position(epoch, seq), seq, 0, document.getBytes());
  }

  @Test
  void aRunThatIsClosedKeepsItsRecordForAWhile() {
    RunKey run = stores.running(RunLimits.DEFAULT).run().key();
    assertFalse(Await.get(runs.close(run)), "it has not ended");
    Await.get(runs.end(run, generation(run), EndCause.WORKER, DONE, TERMINAL));
    assertTrue(Await.get(runs.close(run)));
    assertTrue(Await.get(runs.close(run)), "once more");

    assertEquals(RunState.ENDED, stores.record(run).state());
    assertNull(stores.record(run).end().terminal());
    assertNotNull(Await.get(runs.input(run)));
    for (String key : new String[] {Keys.run(run.channel()), Keys.runInput(run.channel())}) {
      long ttl = stores.redis("PTTL", key).asLong();
      assertTrue(ttl > 0 && ttl <= Duration.ofHours(24).toMillis(), key + " " + ttl);
    }
  }

  @Test
  void everyKeyOfARunHasATimeToLive() {
    RunKey run = stores.running(RunLimits.DEFAULT).run().key();
    append(run, generation(run), 1);
    String epoch = stores.redis("HGET", Keys.meta(run.channel()), "e").asText();
    Await.get(runs.snap(run, generation(run), kept(epoch, 1, "one")));
    var keys = stores.redis("KEYS", "hf:*{" + stores.tenant + "/run:" + run.run() + "}*").list();
    assertEquals(6, keys.size(), "record, input, snapshot, meta, log, publisher");
    keys.forEach(key -> assertTrue(stores.redis("PTTL", key.asText()).asLong() > 0, key.asText()));
  }
}
