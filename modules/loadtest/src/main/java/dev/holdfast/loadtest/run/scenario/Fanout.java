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
import dev.holdfast.loadtest.run.scenario.steps.Warmup;
import java.util.List;

/** Everybody reads one channel. */
final class Fanout implements Scenario {
  @Override
  public String name() {
    return "fanout";
  }

  @Override
  public String description() {
    return "one channel that every client reads";
  }

  @Override
  public Defaults defaults() {
    return new Defaults(1, 500, 40.0, 200, 5.0, 15.0);
  }

  @Override
  public List<FigureKind> figures() {
    return Figures.join(
        DELIVERY, Warmup.figures("readers"), LEDGER, RATES, SERVER, List.of(Figures.CONNECT_P99));
  }

  @Override
  public Shape shape(Settings settings) {
    var readers =
        new Group("readers", settings.tenant(), settings.connections(), 1, Group.Kind.SESSION);
    return Shape.of(readers, Flows.topics("news", readers, settings));
  }

  @Override
  public void run(Run run) throws InterruptedException {
    Warmup.run(run, "readers", "news");
  }
}
