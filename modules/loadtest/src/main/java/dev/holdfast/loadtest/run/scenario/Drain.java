package dev.holdfast.loadtest.run.scenario;

import static dev.holdfast.loadtest.run.figures.Figures.DELIVERY;
import static dev.holdfast.loadtest.run.figures.Figures.LEDGER;
import static dev.holdfast.loadtest.run.figures.Figures.RATES;
import static dev.holdfast.loadtest.run.figures.Figures.RESUME;
import static dev.holdfast.loadtest.run.figures.Figures.SERVER;

import dev.holdfast.loadtest.run.Need;
import dev.holdfast.loadtest.run.Run;
import dev.holdfast.loadtest.run.Scenario;
import dev.holdfast.loadtest.run.Shape;
import dev.holdfast.loadtest.run.figures.Defaults;
import dev.holdfast.loadtest.run.figures.FigureKind;
import dev.holdfast.loadtest.run.figures.Figures;
import dev.holdfast.loadtest.run.figures.Settings;
import dev.holdfast.loadtest.run.scenario.steps.Crowd;
import dev.holdfast.loadtest.run.scenario.steps.Steady;
import dev.holdfast.loadtest.targets.TargetNode;
import java.util.List;
import java.util.Set;

/** A rolling restart. */
final class Drain implements Scenario {
  @Override
  public String name() {
    return "drain";
  }

  @Override
  public String description() {
    return "every node in turn is ended in order (SIGTERM) and started again, under load";
  }

  @Override
  public Defaults defaults() {
    return new Defaults(3, 1500, 50.0, 200, 3.0, 36.0);
  }

  @Override
  public List<FigureKind> figures() {
    return Figures.join(
        RESUME,
        LEDGER,
        DELIVERY,
        List.of(
            FigureKind.put(
                "rolling", "ms", "from the first node's end until the last was ready again")),
        RATES,
        SERVER);
  }

  @Override
  public Set<Need> needs() {
    return Set.of(Need.STOP);
  }

  @Override
  public List<String> requirements() {
    return Crowd.EXACT;
  }

  @Override
  public Shape shape(Settings settings) {
    return Crowd.shape(settings);
  }

  @Override
  public void run(Run run) throws InterruptedException {
    Steady.begin(run, List.of("users"), Crowd.FLOWS);
    run.untilShare(0.05);
    double from = run.now();
    for (TargetNode node : run.target().nodes()) {
      var loss = Crowd.before(run);
      run.faults().terminate(node);
      loss.awaitBack();
      run.faults().restart(node);
    }
    run.put("rolling", (run.now() - from) * 1_000);
    if (run.measured() > run.settings().duration()) {
      run.problem(
          "the rolling restart took longer than the load: a longer --duration covers it all");
    }
    Steady.end(run, Crowd.FLOWS);
  }
}
