package dev.holdfast.nodes;

import dev.holdfast.core.NodeId;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The division of work between nodes, by a rule that all of them know. Its only purpose is that
 * they seldom do the same work: work done twice, or by two at once, does no harm.
 *
 * @param live as of the last renewal
 */
record Duties(NodeId self, Set<NodeId> live) {
  Duties {
    live = Set.copyOf(live);
  }

  /** The part of {@code count} numbered things that is this node's. */
  List<Integer> share(int count) {
    List<NodeId> nodes = ordered();
    int mine = nodes.indexOf(self);
    return mine < 0
        ? List.of()
        : IntStream.range(0, count).filter(i -> i % nodes.size() == mine).boxed().toList();
  }

  boolean isMine(NodeId dead) {
    List<NodeId> nodes = ordered();
    return !nodes.isEmpty() && nodes.indexOf(self) == Math.floorMod(dead.hashCode(), nodes.size());
  }

  private List<NodeId> ordered() {
    return live.stream().sorted((a, b) -> a.toString().compareTo(b.toString())).toList();
  }
}
