package dev.holdfast.loadtest.worker.ledger;

import dev.holdfast.loadtest.plan.Group;
import dev.holdfast.loadtest.plan.LedgerCount;
import dev.holdfast.loadtest.plan.Totals;
import org.jspecify.annotations.Nullable;

/** A client's ledgers, by kind. Confined to one event loop. */
public final class ClientLedgers {
  private final GroupTally tally;
  private final int client;
  private final Ledger[] ledgers = new Ledger[Kind.values().length];
  private Expected @Nullable [] expected;
  private boolean open;

  public ClientLedgers(GroupTally tally, int client) {
    this.tally = tally;
    this.client = client;
    for (Kind kind : tally.ledgers.keySet()) {
      ledgers[kind.ordinal()] = new Ledger();
    }
  }

  /**
   * Counts from now on that the client should get everything. A client that never was live is not
   * counted.
   */
  public void open() {
    open = true;
  }

  /**
   * @param now µs, coordinator's clock
   */
  public void received(EventReader event, long now) {
    Kind kind = event.kind;
    LedgerTally counts = kind == null ? null : tally.ledgers.get(kind);
    if (kind != null && counts != null && ledgers[kind.ordinal()].received(event.number, counts)) {
      tally.delivery.record(now - event.intended);
      tally.delivered.record(now - event.sent);
    }
  }

  public void gap(Kind kind) {
    LedgerTally counts = tally.ledgers.get(kind);
    if (counts != null) {
      ledgers[kind.ordinal()].gap(counts);
    }
  }

  public void expect(ExpectedTotals totals) {
    expected = new Expected[ledgers.length];
    for (Kind kind : tally.ledgers.keySet()) {
      expected[kind.ordinal()] = totals.of(Totals.key(tally.group.tenant(), channel(kind)));
    }
  }

  private String channel(Kind kind) {
    Group group = tally.group;
    return switch (kind) {
      case USER -> "user:" + group.user(client);
      case TOPIC -> group.topic(client % group.topics());
      default -> kind.start;
    };
  }

  /** Counts what it should have, lacks, and lacks by reported gaps of this kind; the rest is 0. */
  LedgerCount missing(Kind kind) {
    Ledger ledger = ledgers[kind.ordinal()];
    if (!open || expected == null || ledger == null) {
      return LedgerCount.NONE;
    }
    Expected total = expected[kind.ordinal()];
    Ledger.Missing missing = ledger.missing(total);
    long due = total.published() - missing.unanswered();
    return new LedgerCount(due, 0, missing.lost(), 0, 0, 0, missing.inGaps());
  }

  /** Returns whether a number came that was never published. */
  boolean beyond(Kind kind) {
    Ledger ledger = ledgers[kind.ordinal()];
    return expected != null && ledger != null && ledger.beyond(expected[kind.ordinal()]);
  }
}
