package dev.holdfast.channels.fanout;

import dev.holdfast.core.NodeId;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** Says which lives of nodes are over for good, so that what is known of them can be forgotten. */
final class Lives {
  /** Without a lease for so long a node was reaped, and comes back in another life if at all. */
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
