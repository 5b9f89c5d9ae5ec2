package dev.holdfast.loadtest.worker.clients;

import dev.holdfast.loadtest.plan.Group;
import dev.holdfast.loadtest.plan.LedgerCount;
import dev.holdfast.loadtest.worker.ledger.ClientLedgers;
import dev.holdfast.loadtest.worker.ledger.GroupTally;
import dev.holdfast.loadtest.worker.ledger.LedgerTotals;
import dev.holdfast.loadtest.worker.measure.Share;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A group's clients on one event loop. Confined to it. */
final class ClientGroup {
  final GroupTally tally;
  final List<LoadClient> clients = new ArrayList<>();

  ClientGroup(GroupTally tally) {
    this.tally = tally;
  }

  /** Makes this loop's share of them. */
  void fill(ClientLoop loop, Share share) {
    for (int number : share.of(tally.group.clients())) {
      clients.add(
          tally.group.kind() == Group.Kind.BARE
              ? new BareClient(loop, tally, number)
              : new SessionClient(loop, tally, number));
    }
  }

  List<ClientLedgers> ledgers() {
    return clients.stream().map(LoadClient::ledgers).toList();
  }

  /** Returns whether its clients are to have all and be attached at the end. */
  boolean counts() {
    return tally.group.kind() != Group.Kind.SLOW;
  }

  void report(Map<String, LedgerCount> into, @Nullable LedgerTotals end) {
    tally.ledgers.forEach(
        (kind, ledger) -> {
          String name = tally.ledgerName(kind);
          LedgerCount count = ledger.count();
          into.put(name, end == null ? count : end.end(name, count));
        });
  }
}
