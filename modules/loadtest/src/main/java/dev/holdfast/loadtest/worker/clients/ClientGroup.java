package dev.holdfast.loadtest.worker.clients;

import dev.holdfast.loadtest.plan.Flow;
import dev.holdfast.loadtest.plan.Group;
import dev.holdfast.loadtest.plan.LedgerCount;
import dev.holdfast.loadtest.worker.ledger.ClientLedgers;
import dev.holdfast.loadtest.worker.ledger.GroupTally;
import dev.holdfast.loadtest.worker.ledger.LedgerTotals;
import dev.holdfast.loadtest.worker.measure.Share;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A group's clients on one event loop. Confined to it. */
final class ClientGroup {
  final GroupTally tally;
  final List<LoadClient> clients = new ArrayList<>();
  final List<Chat> chats = new ArrayList<>();

  ClientGroup(GroupTally tally) {
    this.tally = tally;
  }

  /** Makes this loop's share of them. */
  void fill(ClientLoop loop, Share share) {
    for (int number : share.of(tally.group.clients())) {
      if (tally.group.kind() == Group.Kind.BARE) {
        clients.add(new BareClient(loop, tally, number));
      } else {
        boolean chats = tally.group.kind().chats();
        Chat chat = chats ? new Chat(loop, tally, number, this::replace) : null;
        show(new SessionClient(loop, tally, number, chat), chat);
      }
    }
  }

  private void show(SessionClient page, @Nullable Chat chat) {
    clients.add(page);
    if (chat != null) {
      chat.shownBy(page);
      chats.add(chat);
    }
  }

  /** Puts a page that was loaded again into the place of the one before. */
  private void replace(SessionClient before, SessionClient page) {
    clients.set(clients.indexOf(before), page);
  }

  /** Has the users ask; one future for each. */
  List<Future<Void>> converse(Flow flow, long from, long until) {
    return chats.stream().map(chat -> chat.converse(flow, from, until)).toList();
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
