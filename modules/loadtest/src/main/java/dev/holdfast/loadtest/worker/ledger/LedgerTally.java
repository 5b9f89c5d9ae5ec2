package dev.holdfast.loadtest.worker.ledger;

import dev.holdfast.loadtest.plan.LedgerCount;

/** The running sum of the ledgers of a group's channels of one kind. Confined to its loop. */
public final class LedgerTally {
  long expected;
  long received;
  long lost;
  long duplicated;
  long outOfOrder;
  long gaps;
  long inGaps;

  public LedgerCount count() {
    return new LedgerCount(expected, received, lost, duplicated, outOfOrder, gaps, inGaps);
  }
}
