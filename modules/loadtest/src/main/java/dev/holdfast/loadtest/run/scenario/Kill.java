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

/** Nodes die under load, one after another, and come back. */
final class Kill implements Scenario {
  /** The share of the duration for which a node is away. */
  private static final double AWAY = 0.15;

  @Override
  public String name() {
    return "kill";
  }

  @Override
  public String description() {
    return "SIGKILL of the busiest node under load, twice; each is started again";
  }

  @Override
  public Defaults defaults() {
    return new Defaults(3, 1500, 50.0, 200, 3.0, 30.0);
  }

  @Override
  public List<FigureKind> figures() {
    return Figures.join(RESUME, LEDGER, DELIVERY, RATES, SERVER);
  }

  @Override
  public Set<Need> needs() {
    return Set.of(Need.KILL);
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
    killOne(run, 0.1);
    killOne(run, 0.5);
    Steady.end(run, Crowd.FLOWS);
  }

  private static void killOne(Run run, double share) throws InterruptedException {
    run.untilShare(share);
    TargetNode node = run.faults().busiest();
    var loss = Crowd.before(run);
    run.faults().kill(node);
    loss.awaitBack();
    run.untilShare(share + AWAY);
    run.faults().restart(node);
  }
}
