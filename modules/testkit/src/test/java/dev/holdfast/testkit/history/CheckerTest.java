package dev.holdfast.testkit.history;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.Position;
import dev.holdfast.testkit.client.Entry;
import dev.holdfast.testkit.client.Json;
import dev.holdfast.testkit.client.Ledger;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class CheckerTest {
  private static final String NEWS = "topic:news";

  private final History history = new History();
  private final Ledger ledger = new Ledger();
  private final Payload first = history.next("ann", NEWS);
  private final Payload second = history.next("ann", NEWS);
  private final Payload third = history.next("ann", NEWS);

  CheckerTest() {
    history.reader("bob", ledger);
    ledger.add(new Entry.Subscribed(0, NEWS, at(0), true));
  }

  @Test
  void aReaderThatGotEverythingOnceAndInOrderIsRight() {
    acknowledge(first, 1);
    acknowledge(second, 2);
    receive(first, 1);
    receive(second, 2);

    assertEquals(List.of(), Checker.violations(history));
    assertTrue(history.settled());
  }

  @Test
  void anAcknowledgedPublicationThatNobodyGotIsLost() {
    acknowledge(first, 1);
    acknowledge(second, 2);
    receive(first, 1);

    assertFalse(history.settled());
    assertFound("lost: ann#2");
  }

  @Test
  void aHoleIsFoundThoughNobodyWasAnsweredForIt() {
    receive(first, 1);
    receive(third, 3);

    assertFound("lost, and no gap reported");
  }

  @Test
  void whatIsReceivedAgainIsDuplicated() {
    receive(first, 1);
    receive(first, 1);

    assertFound("duplicated: ann#1");
  }

  @Test
  void aPublicationAtTwoPlacesIsStoredTwice() {
    receive(first, 1);
    acknowledge(first, 2);

    assertFound("stored twice: ann#1 at 1 and 2");
  }

  @Test
  void twoPublicationsAtOnePlaceAreFound() {
    receive(first, 1);
    acknowledge(second, 1);

    assertFound("two publications at");
  }

  @Test
  void aSmallerSeqAfterALargerIsOutOfOrder() {
    receive(first, 1);
    receive(second, 2);
    receive(third, 1);

    assertFound("out of order: ann#3");
  }

  @Test
  void aPublisherWhoseOrderIsTurnedIsFound() {
    receive(second, 1);
    receive(first, 2);

    assertFound("out of its publisher's order: ann#1 after ann#2");
  }

  @Test
  void whatAReplacedConnectionSentMustNotBeStored() {
    Payload late = history.next("ann", NEWS);
    history.forbid(NEWS, late);
    receive(first, 1);
    receive(late, 2);

    assertFound("fencing: ann#4");
  }

  @Test
  void aSessionThatChangesIsLost() {
    ledger.add(new Entry.Welcomed(0, "s1", 1, "n1", "c1", false));
    ledger.add(new Entry.Welcomed(1, "s2", 1, "n2", "c2", false));

    assertFound("lost its session s1");
  }

  @Test
  void aGapIsFalseWhereNothingWasLost() {
    receive(first, 1);
    ledger.add(new Entry.Gap(1, NEWS, at(1), at(2), "epoch"));

    assertFound("where nothing was lost");
  }

  @Test
  void aResumeElsewhereThanAtTheCursorIsFound() {
    receive(first, 1);
    ledger.add(new Entry.Subscribed(1, NEWS, at(2), true));

    assertFound("though its cursor was");
  }

  @Test
  void whatNobodySentIsFound() {
    receive(new Payload("eve", 1), 1);

    assertFound("nobody sent eve#1");
  }

  @Test
  void whatAnOlderStateLostMayBeMissingAndComeAgainInItsEpoch() {
    receive(first, 1);
    acknowledge(first, 1);
    acknowledge(second, 2);
    history.lost(0, System.nanoTime());
    acknowledge(third, new Position("e2", 2));
    ledger.add(new Entry.Gap(System.nanoTime(), NEWS, at(1), new Position("e2", 0), "epoch"));
    receive(first, new Position("e2", 1));
    receive(third, new Position("e2", 2));

    assertEquals(List.of(), Checker.violations(history));
    assertTrue(history.settled());
  }

  @Test
  void whatIsAcknowledgedAfterAnOlderStateCameBackMustNotBeMissing() {
    history.lost(0, System.nanoTime() - Duration.ofSeconds(3).toNanos());
    ledger.add(new Entry.Gap(System.nanoTime(), NEWS, at(0), new Position("e2", 0), "epoch"));
    Payload later = history.next("ann", NEWS);
    acknowledge(later, new Position("e2", 1));

    assertFalse(history.settled());
    assertFound("lost: ann#4");
  }

  /** Of two failovers, the first to data that the second lost. */
  @Test
  void aGapOverTwoLossesIsAlsoOverWhatWasInBetween() {
    history.lost(0, System.nanoTime() - Duration.ofSeconds(3).toNanos());
    acknowledge(second, new Position("between", 2));
    ledger.add(new Entry.Gap(System.nanoTime(), NEWS, at(0), new Position("e3", 5), "epoch"));
    assertEquals(List.of(), Checker.violations(history));

    acknowledge(history.next("ann", NEWS), new Position("between", 3));
    assertFound("lost: ann#4");
  }

  @Test
  void aShortLogMayTrimWhatIsOldAndNothingElse() {
    history.retains(NEWS, Duration.ofHours(1), 2);
    acknowledge(first, 1);
    ledger.add(new Entry.Gap(System.nanoTime(), NEWS, at(0), at(1), "trimmed"));
    assertFound("where nothing was lost");

    history.retains(NEWS, Duration.ZERO, 2);
    assertEquals(List.of(), Checker.violations(history));
  }

  private void assertFound(String words) {
    List<String> violations = Checker.violations(history);
    assertTrue(
        violations.stream().anyMatch(found -> found.contains(words)),
        () -> words + " is not in " + violations);
  }

  private void receive(Payload payload, long seq) {
    receive(payload, at(seq));
  }

  private void receive(Payload payload, Position position) {
    ledger.add(
        new Entry.Received(
            System.nanoTime(), NEWS, position, "e", Json.MAPPER.valueToTree(payload.data())));
  }

  private void acknowledge(Payload payload, long seq) {
    acknowledge(payload, at(seq));
  }

  private void acknowledge(Payload payload, Position position) {
    history.acknowledged(NEWS, payload, position);
  }

  private static Position at(long seq) {
    return new Position("e1", seq);
  }
}
