package dev.holdfast.loadtest.run.scenario;

import dev.holdfast.loadtest.run.Scenario;
import java.util.List;
import java.util.Optional;

/** All that can be run. */
public final class Scenarios {
  /** All scenarios, in the order of a first look at a cluster. */
  public static final List<Scenario> ALL =
      List.of(
          new Baseline(),
          new Idle(),
          new Connect(),
          new Fanout(),
          new Rooms(),
          new Stream(),
          new Publish(),
          new Registry(),
          new Isolation(),
          new Slow(),
          new Storm(),
          new Kill(),
          new Runs(),
          new ChatKill(),
          new Rebalance(),
          new Drain(),
          new Soak());

  private Scenarios() {}

  public static Optional<Scenario> find(String name) {
    return ALL.stream().filter(scenario -> scenario.name().equals(name)).findFirst();
  }

  public static List<String> names() {
    return ALL.stream().map(Scenario::name).toList();
  }
}
