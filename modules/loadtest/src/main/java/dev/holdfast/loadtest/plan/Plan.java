package dev.holdfast.loadtest.plan;

import java.util.List;

/**
 * All that workers have to know; each takes its own share of it.
 *
 * @param run identifies the run: letters and digits
 * @param connectRate connects per second in all workers; 0: each worker has 64 under way at any
 *     time
 * @param patience ms that may pass without news, at the end, until what is missing counts as lost
 */
public record Plan(
    String run,
    Address address,
    List<Group> groups,
    List<Flow> flows,
    List<Calls> calls,
    double connectRate,
    long patience) {
  public Plan {
    groups = List.copyOf(groups);
    flows = List.copyOf(flows);
    calls = List.copyOf(calls);
  }

  public Group group(String name) {
    return groups.stream().filter(group -> group.name().equals(name)).findFirst().orElseThrow();
  }
}
