package dev.holdfast.loadtest.worker.ledger;

import dev.holdfast.loadtest.plan.LedgerCount;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Sums what clients lack at the end, against what was published. Confined to one event loop. */
public final class LedgerTotals {
  private final Map<String, LedgerCount> lacking = new HashMap<>();
  private long unpublished;

  /** Adds the ledgers of a group's clients. */
  public void add(GroupTally tally, List<ClientLedgers> clients) {
    for (Kind kind : tally.ledgers.keySet()) {
      LedgerCount sum = LedgerCount.NONE;
      for (ClientLedgers client : clients) {
        sum = sum.plus(client.missing(kind));
        unpublished += client.beyond(kind) ? 1 : 0;
      }
      lacking.put(tally.ledgerName(kind), sum);
    }
  }

  public long lost() {
    return lacking.values().stream().mapToLong(LedgerCount::lost).sum();
  }

  /** Counts the ledgers that hold a number that nobody published. */
  public long unpublished() {
    return unpublished;
  }

  /** The running count with what is known at the end. */
  public LedgerCount end(String name, LedgerCount running) {
    LedgerCount end = lacking.getOrDefault(name, LedgerCount.NONE);
    return new LedgerCount(
        running.expected() + end.expected(),
        running.received(),
        running.lost() + end.lost(),
        running.duplicated(),
        running.outOfOrder(),
        running.gaps(),
        end.inGaps());
  }
}
