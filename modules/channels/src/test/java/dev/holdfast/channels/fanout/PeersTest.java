package dev.holdfast.channels.fanout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.channels.Hint;
import dev.holdfast.channels.log.ChannelsMetrics;
import dev.holdfast.core.NodeId;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PeersTest {
  private static final NodeId SELF = new NodeId("n1", 1);
  private static final NodeId PEER = new NodeId("n2", 1);
  private static final long START = 500;
  private static final NodeId OLDER = new NodeId("n3", 1);

  private final AtomicLong clock = new AtomicLong(1);
  private final Looked looked = new Looked();
  private final AtomicInteger repaired = new AtomicInteger();
  private final Peers peers =
      new Peers(
          clock::get,
          START,
          Duration.ofSeconds(3),
          new ChannelsMetrics(new SimpleMeterRegistry()),
          looked,
          repaired::incrementAndGet);

  /** Notes what is asked, and answers at once unless it is held. */
  private static final class Looked implements Peers.Missed {
    private final List<Long> since = new ArrayList<>();
    private final List<Promise<Found>> held = new ArrayList<>();
    private boolean holds;
    private boolean fails;
    private boolean isShort;
    private int all;

    @Override
    public Future<Found> look(NodeId peer, long from) {
      since.add(from);
      if (fails) {
        return Future.failedFuture("Redis is away");
      }
      Promise<Found> answer = Promise.promise();
      held.add(answer);
      if (!holds) {
        answer(from);
      }
      return answer.future();
    }

    private void answer(long upTo) {
      held.remove(0).complete(new Found(!isShort, upTo));
    }

    @Override
    public void compareAll() {
      all++;
    }
  }

  private void seconds(int count, boolean heard) {
    for (int i = 0; i < count; i++) {
      clock.addAndGet(Duration.ofSeconds(1).toNanos());
      peers.beat(new Hint.Beat(SELF, 0, 1));
      if (heard) {
        peers.beat(new Hint.Beat(PEER, 0, 1));
      }
      peers.tick();
    }
  }

  /** It was each second, all channels, as long as the silence lasted. */
  @Test
  void whileAPeerWithoutAJournalIsSilentPositionsAreComparedEverMoreRarely() {
    peers.nodes(Set.of(SELF, PEER));
    peers.beat(new Hint.Beat(PEER, 0, 0));

    seconds(600, false);

    assertTrue(looked.all >= 6, () -> "compared: " + looked.all);
    assertTrue(looked.all <= 12, () -> "compared: " + looked.all);
    assertTrue(repaired.get() > 0);
  }

  /** It was read each second for as long as the silence lasted. */
  @Test
  void whileAPeerIsSilentItsJournalIsReadEachSecondAndAfterAMinuteEachFive() {
    peers.nodes(Set.of(SELF, PEER));
    seconds(10, true);
    assertEquals(List.of(), looked.since);

    seconds(10, false);
    assertEquals(7, looked.since.size());
    seconds(50, false);
    int before = looked.since.size();
    seconds(600, false);

    assertEquals(600 / 5, looked.since.size() - before, 21);
    assertEquals(0, looked.all);
  }

  /** A peer that publishes to very many channels had all positions compared each second. */
  @Test
  void whileAPeerIsSilentAndItsJournalIsTooShortAllIsComparedEverMoreRarely() {
    peers.nodes(Set.of(SELF, PEER));
    seconds(1, true);
    looked.isShort = true;

    seconds(600, false);

    assertTrue(looked.all >= 6, () -> "compared: " + looked.all);
    assertTrue(looked.all <= 12, () -> "compared: " + looked.all);
    assertEquals(looked.all, looked.since.size());
  }

  @Test
  void aPeerThatFallsSilentAgainIsNoticedAsSoonAsTheFirstTime() {
    peers.nodes(Set.of(SELF, PEER));
    peers.beat(new Hint.Beat(PEER, 0, 0));
    seconds(600, false);
    peers.beat(new Hint.Beat(PEER, 0, 0));
    int before = looked.all;

    seconds(5, false);

    assertEquals(before + 1, looked.all);
  }

  @Test
  void aNodeThatIsListedLateIsNotTakenForSilent() {
    peers.nodes(Set.of(SELF));
    peers.beat(new Hint.Beat(PEER, 0, 1));
    seconds(60, false);

    peers.nodes(Set.of(SELF, PEER));
    seconds(2, false);

    assertEquals(List.of(), looked.since);
  }

  /** Its journal is read from when its hints were last known to have come. */
  @Test
  void aLossIsLookedForFromTheLastBeatOn() {
    peers.nodes(Set.of(SELF, PEER));
    peers.beat(new Hint.Beat(PEER, 0, 1_000));

    peers.beat(new Hint.Beat(PEER, 2, 2_000));
    assertEquals(List.of(1_000L), looked.since);
    peers.batch(new Hint.Batch(PEER, 5, List.of()));

    assertEquals(List.of(1_000L, 2_000L), looked.since);
  }

  /**
   * All beats after it say less; what was published then was not looked for, until it caught up.
   */
  @Test
  void ifRedisClockIsSetBackTheNextLossIsLookedForFromTheLowerTimeOn() {
    peers.nodes(Set.of(SELF, PEER));
    peers.beat(new Hint.Beat(PEER, 0, 9_000));
    peers.beat(new Hint.Beat(PEER, 0, 1_000));

    peers.batch(new Hint.Batch(PEER, 2, List.of()));

    assertEquals(List.of(1_000L), looked.since);
  }

  @Test
  void aLookThatBeganBeforeTheClockWasSetBackDoesNotRaiseTheTimeAgain() {
    peers.nodes(Set.of(SELF, PEER));
    peers.beat(new Hint.Beat(PEER, 0, 9_000));
    looked.holds = true;
    peers.batch(new Hint.Batch(PEER, 2, List.of()));
    peers.beat(new Hint.Beat(PEER, 2, 1_000));
    looked.answer(9_500);

    peers.batch(new Hint.Batch(PEER, 4, List.of()));

    assertEquals(List.of(9_000L, 1_000L), looked.since);
  }

  @Test
  void whatALookSaysOfAClockThatWasSetBackIsTakenOver() {
    peers.nodes(Set.of(SELF, PEER));
    peers.beat(new Hint.Beat(PEER, 0, 9_000));
    looked.holds = true;
    peers.batch(new Hint.Batch(PEER, 2, List.of()));
    looked.answer(1_000);

    peers.batch(new Hint.Batch(PEER, 4, List.of()));

    assertEquals(List.of(9_000L, 1_000L), looked.since);
  }

  /** A full journal was read of each peer that had published before. */
  @Test
  void aLossBeforeTheFirstBeatIsLookedForFromTheStartOfThisNodeOn() {
    peers.nodes(Set.of(SELF, PEER));

    peers.beat(new Hint.Beat(PEER, 2, 2_000));

    assertEquals(List.of(START), looked.since);
  }

  /** The beat that reports it says up to when hints were sent, not that they came. */
  @Test
  void aLookThatFailsIsRepeatedFromWhereItBegan() {
    peers.nodes(Set.of(SELF, PEER));
    peers.beat(new Hint.Beat(PEER, 0, 1_000));
    looked.holds = true;
    peers.beat(new Hint.Beat(PEER, 2, 2_000));
    peers.beat(new Hint.Beat(PEER, 3, 3_000));
    assertEquals(List.of(1_000L), looked.since, "one at a time");

    looked.held.remove(0).fail("Redis is away");
    seconds(1, false);

    assertEquals(List.of(1_000L, 1_000L), looked.since);
  }

  /** They were each second, for as long as Redis was away. */
  @Test
  void looksThatFailAreRepeatedEverMoreRarelyUpToEachFiveSeconds() {
    peers.nodes(Set.of(SELF, PEER));
    peers.beat(new Hint.Beat(PEER, 0, 1_000));
    looked.fails = true;
    peers.beat(new Hint.Beat(PEER, 2, 2_000));

    seconds(100, false);

    assertEquals(100 / 5, looked.since.size(), 4);
    looked.fails = false;
    seconds(5, false);
    int before = looked.since.size();
    peers.batch(new Hint.Batch(PEER, 9, List.of()));
    assertEquals(before + 1, looked.since.size(), "the next loss is looked for at once");
  }

  /** What the journal had when it was read is of before the second loss. */
  @Test
  void aLossThatIsReportedDuringALookIsLookedForAfterIt() {
    peers.nodes(Set.of(SELF, PEER));
    peers.beat(new Hint.Beat(PEER, 0, 1_000));
    looked.holds = true;
    peers.beat(new Hint.Beat(PEER, 2, 2_000));
    peers.beat(new Hint.Beat(PEER, 3, 3_000));

    looked.answer(1_500);

    assertEquals(List.of(1_000L, 2_000L), looked.since);
  }

  /** Redis may get what it sent over a broken connection as late as that. */
  @Test
  void theJournalOfADeadNodeIsReadAgainTwice() {
    peers.nodes(Set.of(SELF, PEER));
    peers.beat(new Hint.Beat(PEER, 0, 1_000));

    peers.nodes(Set.of(SELF, new NodeId("n2", 2)));
    assertEquals(1, looked.since.size());
    seconds(1, false);
    assertEquals(1, looked.since.size());
    for (int second = 0; second < 130; second++) {
      peers.beat(new Hint.Beat(new NodeId("n2", 2), 0, 1));
      seconds(1, false);
    }

    assertEquals(List.of(1_000L, 1_000L, 1_000L), looked.since);
    assertEquals(0, looked.all);
    peers.nodes(Set.of(SELF));
    peers.nodes(Set.of(SELF, new NodeId("n2", 2)));
    assertEquals(2, peers.known(), "and it is forgotten then");
  }

  @Test
  void ofAPeerThatWasNeverHeardAllIsCompared() {
    peers.nodes(Set.of(SELF, PEER));
    peers.nodes(Set.of(SELF));

    assertEquals(1, looked.all);
    assertEquals(List.of(), looked.since);
  }

  /** What is known of a life was kept for ever. */
  @Test
  void aLifeThatIsOverIsForgotten() {
    peers.nodes(Set.of(SELF, PEER));
    peers.batch(new Hint.Batch(PEER, 1, List.of()));
    peers.nodes(Set.of(SELF));
    peers.nodes(Set.of(SELF, new NodeId("n2", 2)));

    assertEquals(2, peers.known());
  }

  /** It was trusted for 30 s to change readers as this build does. */
  @Test
  void aNodeOfAnOlderBuildIsNoticedByItsFirstBeat() {
    peers.nodes(Set.of(SELF, PEER, OLDER));
    seconds(1, true);
    assertFalse(peers.areOlder());

    peers.beat(new Hint.Beat(OLDER, 0, 0));

    assertTrue(peers.areOlder());
  }

  /** It keeps its interest for five minutes, and that of the nodes beside it for ten. */
  @Test
  void aNodeOfAnOlderBuildIsNoticedAndIsNotForgottenBeforeWhatItLeftHasGone() {
    peers.nodes(Set.of(SELF, PEER));
    seconds(60, true);
    assertFalse(peers.areOlder());

    peers.nodes(Set.of(SELF, PEER, OLDER));
    for (int second = 0; second < 40; second++) {
      peers.beat(new Hint.Beat(OLDER, 0, 0));
      seconds(1, true);
    }
    assertTrue(peers.areOlder());

    peers.nodes(Set.of(SELF, PEER));
    seconds(590, true);
    assertTrue(peers.areOlder());
    seconds(15, true);
    assertFalse(peers.areOlder());
  }
}
