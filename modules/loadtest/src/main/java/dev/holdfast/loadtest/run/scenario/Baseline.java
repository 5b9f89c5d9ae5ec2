package dev.holdfast.loadtest.run.scenario;

import static dev.holdfast.loadtest.run.Figures.DELIVERY;
import static dev.holdfast.loadtest.run.Figures.LEDGER;
import static dev.holdfast.loadtest.run.Figures.RATES;
import static dev.holdfast.loadtest.run.Figures.SERVER;

import dev.holdfast.loadtest.plan.Group;
import dev.holdfast.loadtest.run.Defaults;
import dev.holdfast.loadtest.run.FigureKind;
import dev.holdfast.loadtest.run.Figures;
import dev.holdfast.loadtest.run.Need;
import dev.holdfast.loadtest.run.Run;
import dev.holdfast.loadtest.run.Scenario;
import dev.holdfast.loadtest.run.Settings;
import dev.holdfast.loadtest.run.Shape;
import java.util.List;
import java.util.Set;

/** A bare Vert.x server, to hold the others against. */
final class Baseline implements Scenario {
  @Override
  public String name() {
    return "baseline";
  }

  @Override
  public String description() {
    return "a bare Vert.x server that writes each text to each socket, to hold the others against";
  }

  @Override
  public Defaults defaults() {
    return new Defaults(1, 500, 40.0, 200, 3.0, 10.0);
  }

  @Override
  public List<FigureKind> figures() {
    return Figures.join(DELIVERY, LEDGER, RATES, List.of(SERVER.get(0)));
  }

  @Override
  public Set<Need> needs() {
    return Set.of(Need.BARE);
  }

  @Override
  public Shape shape(Settings settings) {
    var readers =
        new Group("readers", settings.tenant(), settings.connections(), 1, Group.Kind.BARE);
    return Shape.of(readers, Flows.topics("news", readers, settings));
  }

  @Override
  public void run(Run run) throws InterruptedException {
    Steady.run(run, List.of("readers"), List.of("news"));
  }
}
