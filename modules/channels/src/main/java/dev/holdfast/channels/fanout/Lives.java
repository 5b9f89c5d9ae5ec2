package dev.holdfast.channels.fanout;

import dev.holdfast.core.NodeId;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** Knows which lives of nodes are over for good, so that their state can be dropped. */
final class Lives {
  /**
   * The time without a lease after which a node has surely been reaped: if it comes back, then in
   * another life.
   */
  static final long LONG_NS = Duration.ofHours(1).toNanos();

  private final Map<String, Long> newest = new HashMap<>();

  Lives(Set<NodeId> live) {
    live.forEach(node -> newest.merge(node.id(), node.startEpoch(), Math::max));
  }

  /** Returns whether a later life of the same node holds a lease. */
  boolean over(NodeId node) {
    return node.startEpoch() < newest.getOrDefault(node.id(), node.startEpoch());
  }
}
