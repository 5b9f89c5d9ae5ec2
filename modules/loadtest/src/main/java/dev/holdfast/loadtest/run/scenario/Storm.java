package dev.holdfast.loadtest.run.scenario;

import static dev.holdfast.loadtest.run.figures.Figures.DELIVERY;
import static dev.holdfast.loadtest.run.figures.Figures.LEDGER;
import static dev.holdfast.loadtest.run.figures.Figures.RATES;
import static dev.holdfast.loadtest.run.figures.Figures.RESUME;
import static dev.holdfast.loadtest.run.figures.Figures.SERVER;

import dev.holdfast.loadtest.run.Run;
import dev.holdfast.loadtest.run.Scenario;
import dev.holdfast.loadtest.run.Shape;
import dev.holdfast.loadtest.run.figures.Defaults;
import dev.holdfast.loadtest.run.figures.FigureKind;
import dev.holdfast.loadtest.run.figures.Figures;
import dev.holdfast.loadtest.run.figures.Settings;
import dev.holdfast.loadtest.run.scenario.steps.Crowd;
import dev.holdfast.loadtest.run.scenario.steps.Steady;
import java.util.List;

/** All clients of a node come back at once. */
final class Storm implements Scenario {
  @Override
  public String name() {
    return "storm";
  }

  @Override
  public String description() {
    return "all clients of a node lose their connections, and come back at once";
  }

  @Override
  public Defaults defaults() {
    return new Defaults(3, 1500, 50.0, 200, 3.0, 20.0);
  }

  @Override
  public List<FigureKind> figures() {
    return Figures.join(RESUME, LEDGER, DELIVERY, RATES, SERVER);
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
    run.untilShare(0.2);
    var loss = Crowd.before(run);
    run.faults().cut(run.faults().busiest());
    loss.awaitBack();
    Steady.end(run, Crowd.FLOWS);
  }
}
