package dev.holdfast.loadtest.run.scenario;

import static dev.holdfast.loadtest.run.figures.Figures.SERVER;

import dev.holdfast.loadtest.plan.Group;
import dev.holdfast.loadtest.run.Run;
import dev.holdfast.loadtest.run.Scenario;
import dev.holdfast.loadtest.run.Shape;
import dev.holdfast.loadtest.run.figures.Defaults;
import dev.holdfast.loadtest.run.figures.FigureKind;
import dev.holdfast.loadtest.run.figures.Figures;
import dev.holdfast.loadtest.run.figures.Settings;
import dev.holdfast.loadtest.run.scenario.steps.Memory;
import java.util.List;

/** Connections that do nothing. */
final class Idle implements Scenario {
  @Override
  public String name() {
    return "idle";
  }

  @Override
  public String description() {
    return "memory and processor time of connections that do nothing";
  }

  @Override
  public Defaults defaults() {
    return new Defaults(1, 3000, null, null, null, 10.0);
  }

  @Override
  public List<FigureKind> figures() {
    return Figures.join(
        List.of(
            FigureKind.put(
                "rssPerConnection", "B", "memory that a node's process grew by, per connection"),
            FigureKind.put(
                "heapPerConnection",
                "B",
                "heap that a node holds after a collection, per connection"),
            FigureKind.put("redisPerConnection", "B", "memory that Redis grew by, per connection")),
        SERVER,
        List.of(Figures.CONNECT_P99));
  }

  @Override
  public Shape shape(Settings settings) {
    var idlers =
        new Group("idlers", settings.tenant(), settings.connections(), 0, Group.Kind.SESSION);
    return Shape.of(idlers);
  }

  @Override
  public void run(Run run) throws InterruptedException {
    int connections = run.settings().connections();
    Memory before = Memory.of(run);
    run.connect("idlers");
    run.measure("measure");
    run.untilShare(1);
    run.endMeasuring();
    Memory after = Memory.of(run);
    run.put("rssPerConnection", Memory.each(before.rss(), after.rss(), connections));
    run.put("heapPerConnection", Memory.each(before.heap(), after.heap(), connections));
    run.put("redisPerConnection", Memory.each(before.redis(), after.redis(), connections));
  }
}
