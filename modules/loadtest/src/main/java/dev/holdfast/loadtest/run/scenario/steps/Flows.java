package dev.holdfast.loadtest.run.scenario.steps;

import dev.holdfast.loadtest.plan.Flow;
import dev.holdfast.loadtest.plan.Flow.Target;
import dev.holdfast.loadtest.plan.Group;
import dev.holdfast.loadtest.run.figures.Settings;

/** The flows that scenarios have in common. */
public final class Flows {
  private Flows() {}

  /** Publishes to all topics of a group, at the rate that was set. */
  public static Flow topics(String name, Group group, Settings settings) {
    return topics(name, group, settings.rate(), settings);
  }

  public static Flow topics(String name, Group group, double rate, Settings settings) {
    return new Flow(
        name,
        group.name(),
        Target.TOPIC,
        group.topics(),
        rate,
        0,
        settings.payload(),
        settings.via());
  }

  /** Publishes to each user of a group, at the rate that was set for each. */
  public static Flow users(String name, Group group, Settings settings) {
    int users = group.clients();
    return new Flow(
        name,
        group.name(),
        Target.USER,
        users,
        settings.rate() * users,
        0,
        settings.payload(),
        settings.via());
  }
}
