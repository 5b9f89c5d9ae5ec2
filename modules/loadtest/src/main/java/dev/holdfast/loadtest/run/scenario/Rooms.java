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

/** Many channels, each with a few readers. */
final class Rooms implements Scenario {
  @Override
  public String name() {
    return "rooms";
  }

  @Override
  public String description() {
    return "many channels with a few readers each";
  }

  @Override
  public Defaults defaults() {
    return new Defaults(1, 1000, 800.0, 200, 5.0, 15.0);
  }

  @Override
  public List<FigureKind> figures() {
    return Figures.join(
        DELIVERY, Warmup.figures("members"), LEDGER, RATES, SERVER, List.of(Figures.CONNECT_P99));
  }

  @Override
  public Shape shape(Settings settings) {
    int rooms = Math.max(1, settings.connections() / 2);
    var members =
        new Group("members", settings.tenant(), settings.connections(), rooms, Group.Kind.SESSION);
    return Shape.of(members, Flows.topics("rooms", members, settings));
  }

  @Override
  public void run(Run run) throws InterruptedException {
    Warmup.run(run, "members", "rooms");
  }
}
