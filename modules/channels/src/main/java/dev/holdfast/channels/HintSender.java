package dev.holdfast.channels;

import dev.holdfast.core.Bus;
import dev.holdfast.core.NodeId;
import io.vertx.core.Context;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Sends hints: those of one run of the event loop go to each node in one batch, batches are
 * numbered per node, and a beat repeats the last number every second. Hints for this node skip the
 * bus. Confined to the context of the channels verticle.
 */
final class HintSender {
  private final Bus bus;
  private final Context context;
  private final NodeId self;
  private final Consumer<List<Hint>> local;
  private final Map<NodeId, Long> numbers = new HashMap<>();
  private final Map<NodeId, List<Hint>> pending = new HashMap<>();
  private Set<NodeId> peers = Set.of();
  private boolean scheduled;

  HintSender(Bus bus, Context context, NodeId self, Consumer<List<Hint>> local) {
    this.bus = bus;
    this.context = context;
    this.self = self;
    this.local = local;
  }

  /** Queues a hint for the nodes; it goes out when what the event loop has in hand is done. */
  void hint(List<NodeId> nodes, Hint hint) {
    for (NodeId node : nodes) {
      pending.computeIfAbsent(node, missing -> new ArrayList<>()).add(hint);
    }
    if (!scheduled && !nodes.isEmpty()) {
      scheduled = true;
      context.runOnContext(ignored -> flush());
    }
  }

  private void flush() {
    scheduled = false;
    pending.forEach(this::send);
    pending.clear();
  }

  private void send(NodeId node, List<Hint> hints) {
    if (node.equals(self)) {
      local.accept(hints);
    } else {
      long number = numbers.merge(node, 1L, Long::sum);
      bus.hint(node.address(), new Hint.Batch(self, number, hints));
    }
  }

  /** Tells who lives. Numbers are kept for one that seems dead: it may come back, and counts on. */
  void peers(Set<NodeId> live) {
    peers = Set.copyOf(live);
  }

  /**
   * To all that live, this node included: a beat that does not come back shows a lost registration.
   */
  void beat() {
    for (NodeId peer : peers) {
      bus.hint(peer.address(), new Hint.Beat(self, numbers.getOrDefault(peer, 0L)));
    }
  }
}
