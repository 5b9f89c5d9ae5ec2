package dev.holdfast.loadtest.run.scenario;

import static dev.holdfast.loadtest.run.figures.Figures.LEDGER;
import static dev.holdfast.loadtest.run.figures.Figures.SERVER;

import dev.holdfast.loadtest.plan.Flow;
import dev.holdfast.loadtest.plan.Group;
import dev.holdfast.loadtest.run.Need;
import dev.holdfast.loadtest.run.Run;
import dev.holdfast.loadtest.run.Scenario;
import dev.holdfast.loadtest.run.Shape;
import dev.holdfast.loadtest.run.figures.Defaults;
import dev.holdfast.loadtest.run.figures.FigureKind;
import dev.holdfast.loadtest.run.figures.Figures;
import dev.holdfast.loadtest.run.figures.Settings;
import java.util.List;
import java.util.Set;

/** Durable appends, as many as go. */
final class Publish implements Scenario {
  private static final int CHANNELS = 64;
  private static final int UNANSWERED = 64;

  @Override
  public String name() {
    return "publish";
  }

  @Override
  public String description() {
    return "durable appends per second, through the bus and through HTTP";
  }

  @Override
  public Defaults defaults() {
    return new Defaults(1, 8, null, 200, 2.0, 8.0);
  }

  @Override
  public List<FigureKind> figures() {
    return Figures.join(figures("bus", "the event bus"), figures("http", "HTTP"), LEDGER, SERVER);
  }

  @Override
  public Set<Need> needs() {
    return Set.of(Need.BUS);
  }

  @Override
  public double estimate(Settings settings) {
    return 2 * (settings.warmup() + settings.duration());
  }

  @Override
  public Shape shape(Settings settings) {
    var readers =
        new Group(
            "readers", settings.tenant(), settings.connections(), CHANNELS, Group.Kind.SESSION);
    return new Shape(
        List.of(readers),
        List.of(
            flow("bus", readers, settings, Flow.Via.BUS),
            flow("http", readers, settings, Flow.Via.HTTP)),
        List.of());
  }

  @Override
  public void run(Run run) throws InterruptedException {
    run.connect("readers");
    measure(run, "bus");
    measure(run, "http");
  }

  /** Publishes one way with as many unanswered as are allowed. */
  private static void measure(Run run, String way) throws InterruptedException {
    List<String> flow = List.of(way);
    Settings settings = run.settings();
    run.publish(flow, settings.warmup() + settings.duration());
    run.warmUp();
    long before = run.counters().acknowledged();
    double from = run.now();
    run.untilShare(1);
    run.put(way + ".perSecond", (run.counters().acknowledged() - before) / (run.now() - from));
    run.awaitPublished(flow);
  }

  private static List<FigureKind> figures(String way, String by) {
    return List.of(
        FigureKind.put(way + ".perSecond", "/s", "durable appends through " + by),
        Figures.of(way + ".p50", "ack." + way, 50, "from sending to the answer"),
        Figures.of(way + ".p99", "ack." + way, 99, "from sending to the answer"));
  }

  private static Flow flow(String name, Group readers, Settings settings, Flow.Via via) {
    return new Flow(
        name, readers.name(), Flow.Target.TOPIC, CHANNELS, 0, UNANSWERED, settings.payload(), via);
  }
}
