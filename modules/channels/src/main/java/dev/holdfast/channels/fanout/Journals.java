package dev.holdfast.channels.fanout;

import dev.holdfast.channels.log.ChannelsMetrics;
import dev.holdfast.channels.log.JournalStore;
import dev.holdfast.core.Channel;
import dev.holdfast.core.NodeId;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Compares the positions of those open channels that are in a peer's journal. So the work after a
 * loss follows from what the peer published, and not from the number of channels. Confined to the
 * hub's context.
 */
final class Journals implements Peers.Missed {
  private final JournalStore store;
  private final Map<Channel, HubChannel> open;
  private final PositionChecks checks;
  private final ChannelsMetrics metrics;

  Journals(
      JournalStore store,
      Map<Channel, HubChannel> open,
      PositionChecks checks,
      ChannelsMetrics metrics) {
    this.store = store;
    this.open = open;
    this.checks = checks;
    this.metrics = metrics;
  }

  @Override
  public Future<Found> look(NodeId peer, long since) {
    metrics.journals.increment();
    return store.since(peer, since).compose(this::noted);
  }

  /** What could be read is compared, also if the rest has to be looked for again. */
  private Future<Found> noted(JournalStore.Noted noted) {
    if (noted.whole()) {
      List<HubChannel> found = new ArrayList<>();
      noted.channels().stream().map(open::get).filter(Objects::nonNull).forEach(found::add);
      checks.addDue(found);
      if (noted.unread() != null) {
        return Future.failedFuture(noted.unread());
      }
    } else {
      metrics.journalsShort.increment();
    }
    return Future.succeededFuture(new Found(noted.whole(), noted.upTo()));
  }

  @Override
  public void compareAll() {
    checks.add(open.values());
  }
}
