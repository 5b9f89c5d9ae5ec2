package dev.holdfast.loadtest.run;

import dev.holdfast.loadtest.plan.Counters;
import dev.holdfast.loadtest.plan.Group;
import dev.holdfast.loadtest.plan.LedgerCount;
import dev.holdfast.loadtest.plan.ToWorker;
import dev.holdfast.loadtest.plan.Totals;
import dev.holdfast.loadtest.run.figures.Settings;
import dev.holdfast.loadtest.run.workers.Clock;
import dev.holdfast.loadtest.targets.Target;
import dev.holdfast.loadtest.targets.TargetException;
import dev.holdfast.loadtest.targets.local.BareTarget;
import dev.holdfast.loadtest.worker.bare.Order;
import dev.holdfast.loadtest.worker.bare.Written;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A run of a scenario, which calls these steps one after the other. Methods block, and are called
 * by one thread; each throws {@link BrokenOffException} as soon as the run can't go on.
 */
public final class Run {
  private static final long POLL_MS = 20;
  private static final double CONNECT_SILENCE_S = 30;
  private static final long LEAD_MICROS = 500_000;
  private static final double MICROS = 1e6;

  private final RunState state;
  private final Settings settings;
  private final Shape shape;
  private final Map<String, @Nullable Double> figures = new HashMap<>();
  private final Faults faults;
  private final ServerSide server;
  private int expected;
  private int slow;
  private double began;

  Run(RunState state, Settings settings, Shape shape) {
    this.state = state;
    this.settings = settings;
    this.shape = shape;
    this.faults = new Faults(this, state);
    this.server = new ServerSide(state);
  }

  public Settings settings() {
    return settings;
  }

  public Target target() {
    return state.target();
  }

  public Counters counters() {
    return state.workers().counters();
  }

  /** Attached clients by node. */
  public Map<String, Integer> connections() {
    return state.workers().connections();
  }

  /** Returns what clients received so far. */
  public LedgerCount ledger() {
    return state.workers().ledgers().values().stream().reduce(LedgerCount.NONE, LedgerCount::plus);
  }

  public Faults faults() {
    return faults;
  }

  public Agents agents() {
    return state.agents();
  }

  /** All that was published so far by flows that have ended, by channel. */
  public Totals totals() {
    return state.totals();
  }

  public ServerSide server() {
    return server;
  }

  /** Notes a figure of the scenario's own; none: it could not be measured. */
  public void put(String figure, @Nullable Double value) {
    figures.put(figure, value);
  }

  public Map<String, Double> figures() {
    var known = new HashMap<String, Double>();
    figures.forEach(
        (name, value) -> {
          if (value != null) {
            known.put(name, value);
          }
        });
    return Map.copyOf(known);
  }

  public void phase(String name) {
    state.phase(name);
  }

  public void fault(String text) {
    state.mark("fault", text);
  }

  public void recovery(String text) {
    state.mark("recovery", text);
  }

  public void problem(String text) {
    state.problem(text);
  }

  /** Seconds since the start of the run. */
  public double now() {
    return state.timeline().now();
  }

  /**
   * Connects the groups; returns when every client is there.
   *
   * @return seconds that it took
   */
  public double connect(String... groups) throws InterruptedException {
    phase("connect");
    return come(groups);
  }

  /** The same within another phase. */
  public double come(String... groups) throws InterruptedException {
    double from = now();
    for (String name : groups) {
      Group group = group(name);
      expected += group.clients();
      slow += group.kind() == Group.Kind.SLOW ? group.clients() : 0;
    }
    state.workers().send(new ToWorker.Connect(List.of(groups)));
    awaitLive(CONNECT_SILENCE_S);
    return now() - from;
  }

  /** Lets groups go; returns when all their clients are gone. */
  public void leave(String... groups) throws InterruptedException {
    for (String name : groups) {
      expected -= group(name).clients();
    }
    state.workers().send(new ToWorker.Leave(List.of(groups)));
    await("that clients leave", CONNECT_SILENCE_S, () -> counters().attached() <= expected);
  }

  /** Returns whether every client is attached, and all that are to be are caught up. */
  public boolean live() {
    Counters now = counters();
    return now.attached() >= expected && now.live() >= expected - slow;
  }

  /**
   * Returns when {@link #live}.
   *
   * @param silence seconds without a new connection after which nobody waits any longer
   */
  public void awaitLive(double silence) throws InterruptedException {
    long most = -1;
    double since = now();
    while (!live()) {
      Counters now = counters();
      if (now.attached() + now.live() > most) {
        most = now.attached() + now.live();
        since = now();
      }
      if (now.connects() == 0 && (refusals(now, "4501") > 0 || refusals(now, "4502") > 0)) {
        throw new TargetException("the target refuses the clients' tokens: " + why(now));
      }
      if (now() - since > silence) {
        throw notConnected(now);
      }
      pause();
    }
  }

  private static long refusals(Counters now, String code) {
    return now.closes().getOrDefault(code, 0L);
  }

  private RuntimeException notConnected(Counters now) {
    String text =
        "only %,d of %,d clients could be connected: %s"
            .formatted(now.attached(), expected, why(now));
    return now.connects() == 0 ? new TargetException(text) : new BrokenOffException(text);
  }

  private static String why(Counters now) {
    return "closed by code " + now.closes() + ", errors " + now.errors();
  }

  /** Publishes flows from soon on; returns at once. */
  public void publish(List<String> flows, double seconds) {
    long from = Clock.micros() + LEAD_MICROS;
    state.workers().send(new ToWorker.Publish(flows, from, Math.round(seconds * 1_000)));
    began = now() + LEAD_MICROS / MICROS;
  }

  /**
   * Lets the baseline's server begin to write soon; returns at once.
   *
   * @param rate per second to each client; 0: as fast as they take it
   */
  public void write(BareTarget server, double rate, double seconds) {
    long from = Clock.micros() + LEAD_MICROS;
    server.write(new Order(from, Math.round(seconds * 1_000), rate, settings.payload()));
    began = now() + LEAD_MICROS / MICROS;
  }

  /** Waits for the end of it; with it ends the measuring. */
  public Written awaitWritten(BareTarget server) throws InterruptedException {
    await("that the server writes", settings.limit(), () -> server.written() != null);
    state.measuring(false);
    Written written = Objects.requireNonNull(server.written());
    String key = Totals.key(settings.tenant(), "bare");
    state.publishedElsewhere(key, new Totals.Channel(written.published(), List.of()));
    return written;
  }

  /** Begins calls to the registry soon; returns at once. */
  public void call(List<String> calls, double seconds) {
    long from = Clock.micros() + LEAD_MICROS;
    state.workers().send(new ToWorker.Call(calls, from, Math.round(seconds * 1_000)));
    began = now() + LEAD_MICROS / MICROS;
  }

  /** Waits for the warm-up's end; from then on it counts. */
  public void warmUp() throws InterruptedException {
    phase("warmup");
    until(began + settings.warmup());
    measure("measure");
  }

  /** Waits until the flows that were begun last publish. */
  public void untilBegun() throws InterruptedException {
    until(began);
  }

  /** Begins the measuring. */
  public void measure(String phase) {
    began = now();
    phase(phase);
    state.measuring(true);
  }

  /** Seconds since the measuring began. */
  public double measured() {
    return now() - began;
  }

  /**
   * Waits until this share of the duration is over, counted from the beginning of the measuring.
   */
  public void untilShare(double share) throws InterruptedException {
    until(began + share * settings.duration());
  }

  /** Waits until all publications of the flows are answered; then the measuring ends. */
  public void awaitPublished(List<String> flows) throws InterruptedException {
    await("that all is answered", settings.limit(), () -> state.workers().idle(flows));
    state.measuring(false);
  }

  /** Latencies of what comes now count under this label, too. */
  public void window(String label) {
    state.recorder().open(label + ".");
  }

  public void closeWindow(String label) {
    state.recorder().close(label + ".");
  }

  public void hold(double seconds) throws InterruptedException {
    until(now() + seconds);
  }

  public void until(double time) throws InterruptedException {
    while (now() < time) {
      pause();
    }
  }

  public void await(String what, double seconds, BooleanSupplier condition)
      throws InterruptedException {
    double until = now() + seconds;
    while (!condition.getAsBoolean()) {
      if (now() > until) {
        throw new BrokenOffException("not within %.0f s: %s".formatted(seconds, what));
      }
      pause();
    }
  }

  /** Latencies of what comes now don't count. */
  public void closeMeasuring() {
    state.recorder().close("");
  }

  /** The measuring ends here if no flow ends it. */
  public void endMeasuring() {
    state.measuring(false);
  }

  private Group group(String name) {
    return shape.groups().stream().filter(g -> g.name().equals(name)).findFirst().orElseThrow();
  }

  /** Throws if the run can't go on. */
  public void pause() throws InterruptedException {
    state.check();
    Thread.sleep(POLL_MS);
  }
}
