package dev.holdfast.loadtest.run.scenario.steps;

import dev.holdfast.loadtest.run.Run;
import dev.holdfast.loadtest.run.figures.Settings;
import java.util.List;

/** Steps that scenarios have in common. */
public final class Steady {
  private Steady() {}

  /** Connects, publishes at a steady rate, measures after the warm-up. */
  public static void run(Run run, List<String> groups, List<String> flows)
      throws InterruptedException {
    begin(run, groups, flows);
    end(run, flows);
  }

  /** Connects and publishes; returns when the warm-up is over. */
  public static void begin(Run run, List<String> groups, List<String> flows)
      throws InterruptedException {
    Settings settings = run.settings();
    run.connect(groups.toArray(String[]::new));
    run.publish(flows, settings.warmup() + settings.duration());
    run.warmUp();
  }

  /** Measures until the flows have ended. */
  public static void end(Run run, List<String> flows) throws InterruptedException {
    run.untilShare(1);
    run.awaitPublished(flows);
  }
}
