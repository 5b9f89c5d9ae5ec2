package dev.holdfast.loadtest.demo;

import dev.holdfast.loadtest.plan.Flow;
import dev.holdfast.loadtest.plan.Group;
import dev.holdfast.loadtest.run.Run;
import dev.holdfast.loadtest.run.Scenario;
import dev.holdfast.loadtest.run.Shape;
import dev.holdfast.loadtest.run.figures.Defaults;
import dev.holdfast.loadtest.run.figures.FigureKind;
import dev.holdfast.loadtest.run.figures.Settings;
import dev.holdfast.loadtest.targets.TargetNode;
import java.util.List;

/**
 * Two of three nodes are killed; the first one is there again before the second one goes, as
 * clients would else wait ever longer between attempts at nodes that are away. Of ten publications
 * one goes to the whole tenant, four to a topic, five to a single user.
 */
final class DemoScenario implements Scenario {
  static final double SECONDS = 20;

  private static final double FIRST_KILL = 5;
  private static final double SECOND_KILL = 15;
  private static final int TOPICS = 10;
  private static final List<String> FLOWS = List.of("tenant", "topics", "private");

  private final Screen screen;

  DemoScenario(Screen screen) {
    this.screen = screen;
  }

  @Override
  public String name() {
    return "demo";
  }

  @Override
  public String description() {
    return "SIGKILL of the busiest node, twice";
  }

  @Override
  public Defaults defaults() {
    return new Defaults(3, 300, 200.0, null, null, SECONDS);
  }

  @Override
  public List<FigureKind> figures() {
    return List.of();
  }

  @Override
  public Shape shape(Settings settings) {
    int clients = settings.connections();
    int topics = Math.min(TOPICS, clients);
    var users = new Group("user", settings.tenant(), clients, topics, Group.Kind.SESSION);
    double tenth = settings.rate() / 10;
    return Shape.of(
        users,
        flow(FLOWS.get(0), Flow.Target.TENANT, 1, tenth, settings),
        flow(FLOWS.get(1), Flow.Target.TOPIC, topics, 4 * tenth, settings),
        flow(FLOWS.get(2), Flow.Target.USER, clients, 5 * tenth, settings));
  }

  private static Flow flow(
      String name, Flow.Target target, int channels, double rate, Settings settings) {
    return new Flow(name, "user", target, channels, rate, 0, settings.payload(), settings.via());
  }

  @Override
  public void run(Run run) throws InterruptedException {
    Settings settings = run.settings();
    screen.event("connecting " + settings.connections() + " clients");
    run.connect("user");
    screen.event(
        "a service publishes %.0f a second, over the event bus".formatted(settings.rate()));
    run.publish(FLOWS, SECONDS);
    run.measure("publish");
    screen.follow(run);
    TargetNode first = killBusiest(run, FIRST_KILL);
    run.faults().restart(first);
    screen.event(first.name() + " is there again");
    killBusiest(run, SECOND_KILL);
    run.awaitPublished(FLOWS);
  }

  private TargetNode killBusiest(Run run, double at) throws InterruptedException {
    run.untilShare(at / SECONDS);
    TargetNode busiest = run.faults().busiest();
    run.faults().kill(busiest);
    screen.event(busiest.name() + " killed with SIGKILL");
    return busiest;
  }
}
