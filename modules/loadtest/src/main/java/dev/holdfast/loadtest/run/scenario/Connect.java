package dev.holdfast.loadtest.run.scenario;

import dev.holdfast.loadtest.plan.Group;
import dev.holdfast.loadtest.run.Run;
import dev.holdfast.loadtest.run.Scenario;
import dev.holdfast.loadtest.run.Shape;
import dev.holdfast.loadtest.run.figures.Defaults;
import dev.holdfast.loadtest.run.figures.FigureKind;
import dev.holdfast.loadtest.run.figures.Figures;
import dev.holdfast.loadtest.run.figures.Settings;
import dev.holdfast.loadtest.run.scenario.steps.Warmup;
import java.util.List;

/** Clients that come as fast as they can. */
final class Connect implements Scenario {
  private static final String COLD = "cold";
  private static final String WARM = "warm";
  private static final String WARM_SERIES = WARM + ".connect.users";

  @Override
  public String name() {
    return "connect";
  }

  @Override
  public String description() {
    return "authenticated, registered sessions per second";
  }

  @Override
  public Defaults defaults() {
    return new Defaults(1, 3000, null, null, null, null);
  }

  @Override
  public List<FigureKind> figures() {
    return List.of(
        FigureKind.put(
            "connectsPerSecond", "/s", "sessions from the first dialling until all were there"),
        FigureKind.put(
            "connectsPerCpuSecond", "", "sessions per second of the nodes' processor time"),
        Figures.of("connect.p50", WARM_SERIES, 50, "from dialling to the welcome"),
        Figures.of("connect.p99", WARM_SERIES, 99, "from dialling to the welcome"),
        Figures.of("connect.max", WARM_SERIES, 100, "from dialling to the welcome"),
        FigureKind.put("cold.connectsPerSecond", "/s", "the same of the first round"),
        FigureKind.put("cold.connectsPerCpuSecond", "", "the same of the first round"),
        Figures.of("cold.connect.p50", "cold.connect.users", 50, "of the first round"),
        Figures.of("cold.connect.p99", "cold.connect.users", 99, "of the first round"),
        FigureKind.put("warmupRounds", "", "rounds until the rate stood still"));
  }

  @Override
  public Shape shape(Settings settings) {
    var users =
        new Group("users", settings.tenant(), settings.connections(), 0, Group.Kind.SESSION);
    return Shape.of(users);
  }

  /** Cold first; then all leave and come again, until the rate stands still. */
  @Override
  public void run(Run run) throws InterruptedException {
    Warmup warmup = new Warmup();
    run.phase("connect");
    boolean goesOn = warmup.goesOn(round(run, COLD));
    while (goesOn) {
      run.leave("users");
      goesOn = warmup.goesOn(round(run, WARM));
    }
    run.put("warmupRounds", (double) warmup.rounds());
  }

  /** The last one's figures stand. */
  private static Double round(Run run, String label) throws InterruptedException {
    String prefix = label.equals(WARM) ? "" : label + ".";
    Double before = run.server().cpuSeconds();
    run.window(label);
    double seconds = run.come("users");
    run.closeWindow(label);
    Double after = run.server().cpuSeconds();
    int connections = run.settings().connections();
    double rate = connections / seconds;
    run.put(prefix + "connectsPerSecond", rate);
    run.put(
        prefix + "connectsPerCpuSecond",
        before == null || after == null || after <= before
            ? null
            : (Double) (connections / (after - before)));
    return rate;
  }
}
