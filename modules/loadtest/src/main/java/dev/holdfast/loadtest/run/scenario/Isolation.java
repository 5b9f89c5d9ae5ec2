package dev.holdfast.loadtest.run.scenario;

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
import java.util.List;

/** A noisy tenant beside a quiet one. */
final class Isolation implements Scenario {
  private static final double QUIET_RATE = 50;

  /** The pause in s in which the noisy tenant begins. */
  private static final double PAUSE_S = 2;

  @Override
  public String name() {
    return "isolation";
  }

  @Override
  public String description() {
    return "a noisy tenant beside a quiet one; --rate is the noisy one's";
  }

  @Override
  public Defaults defaults() {
    return new Defaults(1, 300, 500.0, 200, 3.0, 10.0);
  }

  @Override
  public List<FigureKind> figures() {
    return Figures.join(
        List.of(
            Figures.of("quiet.p50.alone", "alone.delivery.quiet", 50, "of the quiet tenant, alone"),
            Figures.of("quiet.p99.alone", "alone.delivery.quiet", 99, "of the quiet tenant, alone"),
            Figures.of(
                "quiet.p50.beside",
                "beside.delivery.quiet",
                50,
                "of the quiet tenant, beside the noisy one"),
            Figures.of(
                "quiet.p99.beside",
                "beside.delivery.quiet",
                99,
                "of the quiet tenant, beside the noisy one"),
            Figures.of("noisy.p99", "beside.delivery.noisy", 99, "of the noisy tenant")),
        LEDGER,
        RATES,
        SERVER);
  }

  @Override
  public double estimate(Settings settings) {
    return settings.warmup() + 2 * settings.duration();
  }

  @Override
  public Shape shape(Settings settings) {
    Group quiet = quiet(settings);
    Group noisy = noisy(settings);
    return new Shape(
        List.of(quiet, noisy),
        List.of(
            Flows.topics("quiet", quiet, QUIET_RATE, settings),
            Flows.topics("noisy", noisy, settings)),
        List.of());
  }

  @Override
  public void run(Run run) throws InterruptedException {
    Settings settings = run.settings();
    run.connect("quiet", "noisy");
    run.publish(List.of("quiet"), settings.warmup() + 2 * settings.duration() + PAUSE_S);
    run.warmUp();
    run.window("alone");
    run.untilShare(1);
    run.closeWindow("alone");
    run.publish(List.of("noisy"), settings.duration() + PAUSE_S);
    run.hold(PAUSE_S);
    run.measure("beside");
    run.window("beside");
    run.untilShare(1);
    run.awaitPublished(List.of("quiet", "noisy"));
    run.closeWindow("beside");
  }

  /** A tenth of the clients, a few channels. */
  private static Group quiet(Settings settings) {
    int clients = Math.max(1, settings.connections() / 10);
    return new Group(
        "quiet", settings.tenant(), clients, Math.min(10, clients), Group.Kind.SESSION);
  }

  private static Group noisy(Settings settings) {
    int clients = Math.max(1, settings.connections() - settings.connections() / 10);
    String tenant = settings.tenant() + "-noisy";
    return new Group("noisy", tenant, clients, Math.min(50, clients), Group.Kind.SESSION);
  }
}
