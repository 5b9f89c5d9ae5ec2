package dev.holdfast.loadtest.run.scenario;

import static dev.holdfast.loadtest.run.figures.Figures.DELIVERY;
import static dev.holdfast.loadtest.run.figures.Figures.LEDGER;
import static dev.holdfast.loadtest.run.figures.Figures.RATES;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** A node dies and comes back empty; the others hand it its share of the clients. */
final class Rebalance implements Scenario {
  /** The deviation in % at which clients count as spread evenly. */
  private static final double EVEN = 10;

  @Override
  public String name() {
    return "rebalance";
  }

  @Override
  public String description() {
    return "SIGKILL of the busiest node, which is started again: how soon it has its share back";
  }

  @Override
  public Defaults defaults() {
    return new Defaults(3, 1500, 50.0, 200, 3.0, 90.0);
  }

  @Override
  public List<FigureKind> figures() {
    return Figures.join(
        List.of(
            FigureKind.put("spreadBefore", "%", "how far a node is off its share, after the kill"),
            FigureKind.put("spread", "%", "the same at the end"),
            FigureKind.put(
                "even", "ms", "from the node being ready again until all are within 10 %")),
        LEDGER,
        DELIVERY,
        RATES,
        SERVER);
  }

  @Override
  public Set<Need> needs() {
    return Set.of(Need.KILL);
  }

  @Override
  public List<String> requirements() {
    List<String> all = new ArrayList<>(Crowd.EXACT);
    all.add("spread<=" + (int) EVEN);
    return all;
  }

  @Override
  public Shape shape(Settings settings) {
    return Crowd.shape(settings);
  }

  @Override
  public void run(Run run) throws InterruptedException {
    Steady.begin(run, List.of("users"), Crowd.FLOWS);
    TargetNode node = run.faults().busiest();
    var loss = Crowd.before(run);
    run.faults().kill(node);
    loss.awaitBack();
    run.faults().restart(node);
    run.put("spreadBefore", run.faults().spread());
    double from = run.now();
    while (run.faults().spread() > EVEN && run.measured() < run.settings().duration()) {
      run.pause();
    }
    if (run.faults().spread() <= EVEN) {
      run.put("even", 1_000 * (run.now() - from));
      run.recovery("every node has its share again");
    }
    Steady.end(run, Crowd.FLOWS);
    run.put("spread", run.faults().spread());
  }
}
