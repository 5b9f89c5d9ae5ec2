package dev.holdfast.channels.service;

import dev.holdfast.channels.log.ChannelStore;
import dev.holdfast.channels.log.ChannelsMetrics;
import dev.holdfast.core.Channel;
import dev.holdfast.core.NodeId;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Takes back the interest of nodes that died. It lasts for hours, so whoever publishes to a channel
 * and meets a dead reader removes it. Confined to the context of the channels verticle.
 */
final class DeadReaders {
  private static final int MOST_UNDER_WAY = 64;

  private final ChannelStore store;
  private final Supplier<Set<NodeId>> dead;
  private final ChannelsMetrics metrics;
  private final Set<Met> underWay = new HashSet<>();

  private record Met(Channel channel, NodeId node) {}

  /**
   * @param dead returns nodes that can't come back
   */
  DeadReaders(ChannelStore store, Supplier<Set<NodeId>> dead, ChannelsMetrics metrics) {
    this.store = store;
    this.dead = dead;
    this.metrics = metrics;
  }

  /** Returns the readers that are not known to be dead. */
  List<NodeId> without(Channel channel, List<NodeId> readers) {
    Set<NodeId> known = dead.get();
    if (known.isEmpty() || readers.stream().noneMatch(known::contains)) {
      return readers;
    }
    readers.stream().filter(known::contains).forEach(node -> remove(new Met(channel, node)));
    return readers.stream().filter(node -> !known.contains(node)).toList();
  }

  /** If it fails, or too many are under way, the next publication meets the reader again. */
  private void remove(Met met) {
    if (underWay.size() < MOST_UNDER_WAY && underWay.add(met)) {
      store
          .leave(met.channel(), met.node())
          .onSuccess(done -> metrics.deadReaders.increment())
          .onComplete(done -> underWay.remove(met));
    }
  }
}
