package dev.holdfast.loadtest.run.scenario;

import dev.holdfast.loadtest.plan.Calls;
import dev.holdfast.loadtest.plan.Calls.Operation;
import dev.holdfast.loadtest.plan.Group;
import dev.holdfast.loadtest.run.Need;
import dev.holdfast.loadtest.run.Run;
import dev.holdfast.loadtest.run.Scenario;
import dev.holdfast.loadtest.run.Shape;
import dev.holdfast.loadtest.run.figures.Defaults;
import dev.holdfast.loadtest.run.figures.FigureKind;
import dev.holdfast.loadtest.run.figures.Figures;
import dev.holdfast.loadtest.run.figures.Settings;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/** Questions to the registry on the bus. */
final class Registry implements Scenario {
  private static final int UNANSWERED = 32;

  /** The time in s before the measuring begins, in which caches fill. */
  private static final double LEAD_S = 0.5;

  @Override
  public String name() {
    return "registry";
  }

  @Override
  public String description() {
    return "lookups, lists, and reading and changing sessions on the bus, per second";
  }

  @Override
  public Defaults defaults() {
    return new Defaults(1, 500, null, null, null, 15.0);
  }

  @Override
  public List<FigureKind> figures() {
    return Stream.of(Operation.values()).flatMap(operation -> figures(operation).stream()).toList();
  }

  @Override
  public Set<Need> needs() {
    return Set.of(Need.BUS);
  }

  @Override
  public Shape shape(Settings settings) {
    var users =
        new Group("users", settings.tenant(), settings.connections(), 0, Group.Kind.SESSION);
    List<Calls> calls = new ArrayList<>();
    for (Operation operation : Operation.values()) {
      calls.add(new Calls(name(operation), users.name(), operation, 0, UNANSWERED));
    }
    return new Shape(List.of(users), List.of(), calls);
  }

  @Override
  public void run(Run run) throws InterruptedException {
    double seconds = Math.max(0.5, run.settings().duration() / Operation.values().length);
    run.connect("users");
    for (Operation operation : Operation.values()) {
      measure(run, name(operation), seconds);
    }
  }

  private static String name(Operation operation) {
    return operation.name().toLowerCase(Locale.ROOT).replace('_', '.');
  }

  private static List<FigureKind> figures(Operation operation) {
    String name = name(operation);
    return List.of(
        FigureKind.put(name + ".perSecond", "/s", "answers to " + operation),
        Figures.of(name + ".p50", "call." + name, 50, "from asking to the answer"),
        Figures.of(name + ".p99", "call." + name, 99, "from asking to the answer"));
  }

  private static void measure(Run run, String call, double seconds) throws InterruptedException {
    List<String> calls = List.of(call);
    run.call(calls, seconds + LEAD_S);
    run.hold(LEAD_S);
    run.measure(call);
    long before = run.counters().called();
    double from = run.now();
    run.until(from + seconds);
    run.put(call + ".perSecond", (run.counters().called() - before) / (run.now() - from));
    run.awaitPublished(calls);
  }
}
