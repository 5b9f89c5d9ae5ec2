package dev.holdfast.loadtest.run.scenario.steps;

import dev.holdfast.loadtest.plan.Flow;
import dev.holdfast.loadtest.plan.Group;
import dev.holdfast.loadtest.run.Run;
import dev.holdfast.loadtest.run.Shape;
import dev.holdfast.loadtest.run.figures.Settings;
import java.util.List;

/**
 * Clients that faults are done to: the tenant's channel, topics and private channels all carry
 * load, so that a loss in any of them shows.
 */
public final class Crowd {
  public static final List<String> FLOWS = List.of("tenant", "topics", "private");

  /** Requirements of a cluster, whatever is done to it. */
  public static final List<String> EXACT = List.of("lost=0", "duplicated=0", "outOfOrder=0");

  private static final int TENANT_SHARE = 20;
  private static final double BACK_S = 60;

  /** Workers report once a second. */
  private static final double SEEN_S = 3;

  private Crowd() {}

  public static Shape shape(Settings settings) {
    int clients = settings.connections();
    var users =
        new Group(
            "users", settings.tenant(), clients, Math.max(1, clients / 10), Group.Kind.SESSION);
    double toAll = settings.rate() / TENANT_SHARE;
    double others = (settings.rate() - toAll) / 2;
    return Shape.of(
        users,
        flow("tenant", users, Flow.Target.TENANT, 1, toAll, settings),
        flow("topics", users, Flow.Target.TOPIC, users.topics(), others, settings),
        flow("private", users, Flow.Target.USER, clients, others, settings));
  }

  private static Flow flow(
      String name, Group users, Flow.Target target, int channels, double rate, Settings settings) {
    return new Flow(
        name, users.name(), target, channels, rate, 0, settings.payload(), settings.via());
  }

  /** Notes what is about to be lost; to be called before a fault. */
  public static Loss before(Run run) {
    return new Loss(run, run.now(), run.counters().interrupted());
  }

  /** A fault, from its begin on. */
  public record Loss(Run run, double from, long interrupted) {
    /** Returns when every client is back and caught up. */
    public void awaitBack() throws InterruptedException {
      // The loss itself has to be seen first, or nobody would be missed yet.
      while (run.counters().interrupted() == interrupted && run.now() - from < SEEN_S) {
        run.pause();
      }
      run.awaitLive(BACK_S);
      run.recovery("every client is back, after %.1f s".formatted(run.now() - from));
    }
  }
}
