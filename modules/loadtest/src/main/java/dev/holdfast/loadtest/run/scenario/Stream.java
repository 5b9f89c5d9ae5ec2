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

/** Every user gets a stream of small events of its own, as of a language model's tokens. */
final class Stream implements Scenario {
  @Override
  public String name() {
    return "stream";
  }

  @Override
  public String description() {
    return "a stream of small events to each user, for example tokens; --rate is the rate of each";
  }

  @Override
  public Defaults defaults() {
    return new Defaults(1, 200, 10.0, 80, 5.0, 15.0);
  }

  @Override
  public List<FigureKind> figures() {
    return Figures.join(DELIVERY, LEDGER, RATES, SERVER, List.of(Figures.CONNECT_P99));
  }

  @Override
  public Shape shape(Settings settings) {
    var users =
        new Group("users", settings.tenant(), settings.connections(), 0, Group.Kind.SESSION);
    return Shape.of(users, Flows.users("tokens", users, settings));
  }

  @Override
  public void run(Run run) throws InterruptedException {
    Steady.run(run, List.of("users"), List.of("tokens"));
  }
}
