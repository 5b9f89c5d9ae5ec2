package dev.holdfast.loadtest.run.scenario;

import dev.holdfast.loadtest.plan.Group;
import dev.holdfast.loadtest.run.Defaults;
import dev.holdfast.loadtest.run.FigureKind;
import dev.holdfast.loadtest.run.Figures;
import dev.holdfast.loadtest.run.Run;
import dev.holdfast.loadtest.run.Scenario;
import dev.holdfast.loadtest.run.Settings;
import dev.holdfast.loadtest.run.Shape;
import java.util.List;

/** Clients that come as fast as they can. */
final class Connect implements Scenario {
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
    return Figures.join(
        List.of(
            FigureKind.put(
                "connectsPerSecond", "/s", "sessions from the first dialling until all were there"),
            FigureKind.put(
                "connectsPerCpuSecond", "", "sessions per second of the nodes' processor time")),
        Figures.percentiles("connect.", "connect", "from dialling to the welcome"));
  }

  @Override
  public Shape shape(Settings settings) {
    var users =
        new Group("users", settings.tenant(), settings.connections(), 0, Group.Kind.SESSION);
    return Shape.of(users);
  }

  @Override
  public void run(Run run) throws InterruptedException {
    Double before = run.server().cpuSeconds();
    double seconds = run.connect("users");
    Double after = run.server().cpuSeconds();
    int connections = run.settings().connections();
    run.put("connectsPerSecond", connections / seconds);
    boolean known = before != null && after != null && after > before;
    run.put("connectsPerCpuSecond", known ? (Double) (connections / (after - before)) : null);
  }
}
