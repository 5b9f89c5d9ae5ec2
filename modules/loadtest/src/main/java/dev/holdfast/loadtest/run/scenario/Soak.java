package dev.holdfast.loadtest.run.scenario;

import static dev.holdfast.loadtest.run.figures.Figures.DELIVERY;
import static dev.holdfast.loadtest.run.figures.Figures.LEDGER;
import static dev.holdfast.loadtest.run.figures.Figures.RATES;
import static dev.holdfast.loadtest.run.figures.Figures.SERVER;

import dev.holdfast.loadtest.plan.Group;
import dev.holdfast.loadtest.run.Run;
import dev.holdfast.loadtest.run.Scenario;
import dev.holdfast.loadtest.run.Shape;
import dev.holdfast.loadtest.run.figures.Defaults;
import dev.holdfast.loadtest.run.figures.FigureKind;
import dev.holdfast.loadtest.run.figures.Figures;
import dev.holdfast.loadtest.run.figures.Settings;
import dev.holdfast.loadtest.run.scenario.steps.Flows;
import dev.holdfast.loadtest.run.scenario.steps.Steady;
import dev.holdfast.loadtest.run.scenario.steps.Trend;
import java.util.List;

/** Looks for leaks: clients come and go for as long as is asked, beside a steady load. */
final class Soak implements Scenario {
  /** Readers of each topic of the steady load. */
  private static final int READERS = 100;

  /** The share of the duration after which no round begins. */
  private static final double LAST_ROUND = 0.85;

  @Override
  public String name() {
    return "soak";
  }

  @Override
  public String description() {
    return "rounds of clients that come and go beside a steady load: what is left of them";
  }

  @Override
  public Defaults defaults() {
    return new Defaults(1, 300, 50.0, 200, 5.0, 30.0);
  }

  @Override
  public List<FigureKind> figures() {
    return Figures.join(
        List.of(
            FigureKind.put(
                "heapStart", "B", "heap that the nodes hold after a collection, at the start"),
            FigureKind.put(
                "heapEnd", "B", "heap that the nodes hold after a collection, at the end"),
            FigureKind.put(
                "heapPerThousand",
                "B",
                "growth of it with each thousand of clients that came and went"),
            FigureKind.put("keysStart", "", "keys in Redis at the start"),
            FigureKind.put("keysEnd", "", "keys in Redis at the end"),
            FigureKind.put(
                "registrationsStart", "", "registrations on the nodes' event bus at the start"),
            FigureKind.put(
                "registrationsEnd", "", "registrations on the nodes' event bus at the end"),
            FigureKind.put("rounds", "", "rounds of coming and going")),
        LEDGER,
        DELIVERY,
        RATES,
        SERVER);
  }

  @Override
  public Shape shape(Settings settings) {
    // Few, as a node keeps the last of each: what fills at first would look like a leak.
    int topics = Math.max(1, settings.connections() / READERS);
    var steady =
        new Group("steady", settings.tenant(), settings.connections(), topics, Group.Kind.SESSION);
    var churn =
        new Group("churn", settings.tenant(), settings.connections(), 0, Group.Kind.SESSION);
    return new Shape(
        List.of(steady, churn), List.of(Flows.topics("steady", steady, settings)), List.of());
  }

  @Override
  public void run(Run run) throws InterruptedException {
    List<String> flows = List.of("steady");
    run.connect("steady");
    churn(run);
    run.publish(flows, run.settings().warmup() + run.settings().duration());
    run.warmUp();
    var trend = new Trend(run.settings().connections());
    trend.add(run);
    int rounds = 0;
    while (run.measured() < run.settings().duration() * LAST_ROUND) {
      double from = run.measured();
      churn(run);
      rounds++;
      // In a long run one look in a while is enough; each stops the nodes for a moment.
      trend.round();
      if (trend.isDue(run.settings().duration(), from)) {
        trend.add(run);
      }
    }
    trend.add(run);
    run.put("rounds", (double) rounds);
    put(run, trend);
    Steady.end(run, flows);
  }

  private static void churn(Run run) throws InterruptedException {
    run.come("churn");
    run.leave("churn");
  }

  private static void put(Run run, Trend trend) {
    run.put("heapStart", trend.firstHeap());
    run.put("heapEnd", trend.lastHeap());
    Double slope = trend.heapSlope();
    run.put("heapPerThousand", slope == null ? null : (Double) (slope * 1_000));
    run.put("keysStart", trend.firstKeys());
    run.put("keysEnd", trend.lastKeys());
    run.put("registrationsStart", trend.firstRegistrations());
    run.put("registrationsEnd", trend.lastRegistrations());
  }
}
