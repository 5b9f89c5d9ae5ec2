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
import java.util.List;
import java.util.Map;

/** Readers that do not read, beside others that do. */
final class Slow implements Scenario {
  private static final double READ_RATE = 20;

  @Override
  public String name() {
    return "slow";
  }

  @Override
  public String description() {
    return "readers that do not read, a tenth as many as those that do";
  }

  @Override
  public Defaults defaults() {
    return new Defaults(1, 200, 100.0, 4000, 3.0, 25.0);
  }

  @Override
  public List<FigureKind> figures() {
    return Figures.join(
        DELIVERY,
        List.of(
            FigureKind.put("cut", "", "readers that a node has closed as slow"),
            FigureKind.put("heapPeak", "B", "most heap in use of all nodes while measuring"),
            FigureKind.put(
                "rssGrowth", "B", "memory that the nodes' processes grew by while measuring")),
        LEDGER,
        RATES,
        SERVER);
  }

  /** Cuts sooner than a node would else do, so that the cut is seen. */
  @Override
  public Map<String, String> nodeSettings() {
    return Map.of("gateway.slowLimit", "5s");
  }

  @Override
  public Shape shape(Settings settings) {
    var readers =
        new Group("readers", settings.tenant(), settings.connections(), 1, Group.Kind.SESSION);
    var slow = new Group("slow", settings.tenant(), slow(settings), 1, Group.Kind.SLOW);
    return new Shape(
        List.of(readers, slow),
        List.of(
            Flows.topics("news", readers, READ_RATE, settings),
            Flows.topics("flood", slow, settings)),
        List.of());
  }

  @Override
  public void run(Run run) throws InterruptedException {
    List<String> flows = List.of("news", "flood");
    Steady.begin(run, List.of("readers", "slow"), flows);
    Double before = run.server().rss();
    run.untilShare(1);
    Double after = run.server().rss();
    run.awaitPublished(flows);
    run.put("cut", run.server().sample("holdfast_closes_total", "code=\"slow\""));
    run.put("heapPeak", run.server().heapPeak());
    run.put("rssGrowth", before == null || after == null ? null : (Double) (after - before));
  }

  private static int slow(Settings settings) {
    return Math.max(1, settings.connections() / 10);
  }
}
