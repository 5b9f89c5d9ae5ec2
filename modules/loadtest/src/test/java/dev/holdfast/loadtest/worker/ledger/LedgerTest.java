package dev.holdfast.loadtest.worker.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.loadtest.plan.LedgerCount;
import dev.holdfast.loadtest.plan.Totals;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class LedgerTest {
  private final LedgerTally tally = new LedgerTally();
  private final Ledger ledger = new Ledger();

  @Test
  void everyNumberInOrderLeavesNothingMissing() {
    receive(1, 2, 3, 4, 5);

    assertEquals(new LedgerCount(0, 5, 0, 0, 0, 0, 0), tally.count());
    assertEquals(new Ledger.Missing(0, 0, 0), missing(5));
  }

  @Test
  void nothingReceivedIsAllLost() {
    assertEquals(new Ledger.Missing(7, 0, 0), missing(7));
    assertEquals(new Ledger.Missing(0, 0, 0), missing(0));
  }

  @Test
  void aNumberThatComesAgainIsADuplicate() {
    receive(1, 2, 2, 1, 3);

    assertEquals(new LedgerCount(0, 3, 0, 2, 0, 0, 0), tally.count());
    assertEquals(new Ledger.Missing(0, 0, 0), missing(3));
  }

  @Test
  void whatIsSkippedAndNeverComesIsLost() {
    receive(1, 2, 5, 9);

    assertEquals(new LedgerCount(0, 4, 0, 0, 0, 0, 0), tally.count());
    assertEquals(new Ledger.Missing(6, 0, 0), missing(10));
  }

  @Test
  void aNumberAfterAHigherOneIsOutOfOrder() {
    receive(1, 3, 2, 4);

    assertEquals(new LedgerCount(0, 4, 0, 0, 1, 0, 0), tally.count());
    assertEquals(new Ledger.Missing(0, 0, 0), missing(4));
  }

  @Test
  void aLateNumberThatComesTwiceIsOutOfOrderOnceAndADuplicate() {
    receive(1, 4, 3, 3, 2);

    assertEquals(new LedgerCount(0, 4, 0, 1, 2, 0, 0), tally.count());
  }

  @Test
  void whatTheNextEventSkipsAfterAGapIsInTheGap() {
    receive(1, 2);
    ledger.gap(tally);
    receive(6, 8);

    assertEquals(new LedgerCount(0, 4, 0, 0, 0, 1, 3), tally.count());
    assertEquals(new Ledger.Missing(1, 3, 0), missing(8));
  }

  @Test
  void aGapWithoutAnEventAfterItReportsAllThatWasPublished() {
    receive(1, 2);
    ledger.gap(tally);

    assertEquals(new Ledger.Missing(0, 8, 0), missing(10));
  }

  @Test
  void aGapThatSkipsNothingExcusesNothing() {
    receive(1, 2);
    ledger.gap(tally);
    receive(3, 5);

    assertEquals(new LedgerCount(0, 4, 0, 0, 0, 1, 0), tally.count());
    assertEquals(new Ledger.Missing(1, 0, 0), missing(5));
  }

  @Test
  void aRepeatedNumberAfterAGapDoesNotUseItUp() {
    receive(1, 2);
    ledger.gap(tally);
    receive(2, 5);

    assertEquals(new Ledger.Missing(0, 2, 0), missing(5));
  }

  @Test
  void whatWasInAGapAndComesNeverthelessIsReceived() {
    receive(1);
    ledger.gap(tally);
    receive(5, 3);

    assertEquals(new LedgerCount(0, 3, 0, 0, 1, 1, 2), tally.count());
    assertEquals(new Ledger.Missing(0, 2, 0), missing(5));
  }

  @Test
  void whatIsUnansweredMayBeMissing() {
    receive(1, 2, 5);

    assertEquals(new Ledger.Missing(2, 0, 1), missing(6, 3, 5));
    assertEquals(new Ledger.Missing(0, 0, 3), missing(6, 6, 4, 3));
  }

  @Test
  void whatIsInAGapIsNotExcusedTwice() {
    receive(1);
    ledger.gap(tally);
    receive(4, 6);

    assertEquals(new Ledger.Missing(0, 2, 1), missing(6, 2, 5));
  }

  @Test
  void aNumberThatNobodyPublishedIsNoticed() {
    receive(1, 2, 9);

    assertTrue(ledger.beyond(expected(3)));
    assertFalse(ledger.beyond(expected(9)));
    assertEquals(new Ledger.Missing(1, 0, 0), missing(3));
  }

  private void receive(long... numbers) {
    LongStream.of(numbers).forEach(number -> ledger.received(number, tally));
  }

  private Ledger.Missing missing(long published, long... unanswered) {
    return ledger.missing(expected(published, unanswered));
  }

  private static Expected expected(long published, long... unanswered) {
    List<Long> boxed = LongStream.of(unanswered).boxed().toList();
    return Expected.of(new Totals.Channel(published, boxed));
  }
}
