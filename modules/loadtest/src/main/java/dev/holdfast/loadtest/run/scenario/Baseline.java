package dev.holdfast.loadtest.run.scenario;

import static dev.holdfast.loadtest.run.figures.Figures.DELIVERY;
import static dev.holdfast.loadtest.run.figures.Figures.LEDGER;
import static dev.holdfast.loadtest.run.figures.Figures.RATES;
import static dev.holdfast.loadtest.run.figures.Figures.SERVER;

import dev.holdfast.loadtest.plan.Group;
import dev.holdfast.loadtest.run.Need;
import dev.holdfast.loadtest.run.Run;
import dev.holdfast.loadtest.run.Scenario;
import dev.holdfast.loadtest.run.Shape;
import dev.holdfast.loadtest.run.figures.Defaults;
import dev.holdfast.loadtest.run.figures.FigureKind;
import dev.holdfast.loadtest.run.figures.Figures;
import dev.holdfast.loadtest.run.figures.Settings;
import dev.holdfast.loadtest.targets.local.BareTarget;
import dev.holdfast.loadtest.worker.bare.Written;
import java.util.List;
import java.util.Set;

/** A bare Vert.x server, to hold the others against: as fanout, but nothing is stored. */
final class Baseline implements Scenario {
  /** Time of the last part, as fast as the clients take it. */
  private static final double BURST_S = 4;

  /** Figures that it does not have: it has no publishers. */
  private static final Set<String> NONE =
      Set.of(
          "published", "acknowledged", "failed", "gaps", "told", "publishedPerSecond", "redisCpu");

  @Override
  public String name() {
    return "baseline";
  }

  @Override
  public String description() {
    return "a bare Vert.x server that writes each text to each socket, as a measure for the others";
  }

  @Override
  public Defaults defaults() {
    return new Defaults(1, 500, 40.0, 200, 5.0, 15.0);
  }

  @Override
  public Set<Need> needs() {
    return Set.of(Need.BARE);
  }

  @Override
  public List<FigureKind> figures() {
    List<FigureKind> burst =
        List.of(
            FigureKind.put(
                "most", "/s", "deliveries per second, written as fast as they are taken"),
            FigureKind.put(
                "mostPerCpuSecond",
                "",
                "such deliveries per second of the server's processor time"));
    return Figures.join(DELIVERY, burst, LEDGER, RATES, SERVER).stream()
        .filter(kind -> !NONE.contains(kind.name()))
        .toList();
  }

  @Override
  public double estimate(Settings settings) {
    return settings.warmup() + settings.duration() + BURST_S;
  }

  @Override
  public Shape shape(Settings settings) {
    return Shape.of(
        new Group("readers", settings.tenant(), settings.connections(), 0, Group.Kind.BARE));
  }

  @Override
  public void run(Run run) throws InterruptedException {
    Settings settings = run.settings();
    BareTarget server = (BareTarget) run.target();
    run.connect("readers");
    run.write(server, settings.rate(), settings.warmup() + settings.duration());
    run.warmUp();
    run.untilShare(1);
    run.awaitWritten(server);
    run.closeMeasuring();
    run.phase("burst");
    Double before = run.server().cpuSeconds();
    run.write(server, 0, BURST_S);
    Written burst = run.awaitWritten(server);
    Double after = run.server().cpuSeconds();
    run.put("most", burst.written() / BURST_S);
    run.put(
        "mostPerCpuSecond",
        before == null || after == null ? null : (Double) (burst.written() / (after - before)));
  }
}
