package dev.holdfast.loadtest.run;

import dev.holdfast.loadtest.plan.Calls;
import dev.holdfast.loadtest.plan.Flow;
import dev.holdfast.loadtest.plan.Group;
import java.util.List;

/** The clients and the load of a scenario. The first group's latency is the scenario's. */
public record Shape(List<Group> groups, List<Flow> flows, List<Calls> calls) {
  public Shape {
    groups = List.copyOf(groups);
    flows = List.copyOf(flows);
    calls = List.copyOf(calls);
  }

  public static Shape of(Group group, Flow... flows) {
    return new Shape(List.of(group), List.of(flows), List.of());
  }

  public int clients() {
    return groups.stream().mapToInt(Group::clients).sum();
  }

  public List<String> flowNames() {
    return flows.stream().map(Flow::name).toList();
  }
}
