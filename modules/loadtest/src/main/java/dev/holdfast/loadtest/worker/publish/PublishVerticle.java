package dev.holdfast.loadtest.worker.publish;

import dev.holdfast.core.Caller;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.Ids;
import dev.holdfast.core.bus.Bus;
import dev.holdfast.loadtest.plan.Calls;
import dev.holdfast.loadtest.plan.Flow;
import dev.holdfast.loadtest.plan.Group;
import dev.holdfast.loadtest.plan.Plan;
import dev.holdfast.loadtest.plan.Totals;
import dev.holdfast.loadtest.worker.clients.AttachedSession;
import dev.holdfast.loadtest.worker.measure.Clock;
import dev.holdfast.loadtest.worker.measure.LagMeter;
import dev.holdfast.loadtest.worker.measure.LoopReport;
import dev.holdfast.loadtest.worker.measure.Share;
import dev.holdfast.loadtest.worker.measure.Timings;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The share of the plan's flows and calls on one event loop. Its methods may be called on any
 * thread; they act and answer on its own loop.
 */
public final class PublishVerticle extends VerticleBase {
  private static final long TICK_MS = 1;
  private static final long NONE = -1;

  private final Plan plan;
  private final Share share;
  private final Clock clock;
  private final boolean onBus;
  private final PublishCounters counters = new PublishCounters();
  private final Timings timings = new Timings();
  private final LagMeter lag = new LagMeter(TICK_MS);
  private final Map<String, Numbers> channels = new HashMap<>();
  private final List<Run> runs = new ArrayList<>();
  private @Nullable PublicationSink bus;

  @SuppressWarnings("NullAway.Init")
  private PublicationSink http;

  private @Nullable Registry registry;
  private long ticker = NONE;

  /**
   * @param onBus whether the Vert.x that it is deployed on is a member of the bus
   */
  public PublishVerticle(Plan plan, Share share, Clock clock, boolean onBus) {
    this.plan = plan;
    this.share = share;
    this.clock = clock;
    this.onBus = onBus;
  }

  @Override
  public Future<?> start() {
    http = new HttpSink(vertx, plan, clock);
    if (onBus) {
      var self = new Caller.Service("load", Ids.fresh(), Set.of("*"), Set.of());
      bus = new BusSink(new Bus(vertx), self, clock);
      registry = new Registry(new Bus(vertx), self);
    }
    return Future.succeededFuture();
  }

  /**
   * Publishes this loop's part of a flow.
   *
   * @param startAt µs by the coordinator's clock
   * @return completes when all of it is answered or given up
   */
  public Future<Void> publish(Flow flow, long startAt, long millis) {
    return onLoop(() -> publish(flow, Span.of(startAt, millis)));
  }

  private Future<Void> publish(Flow flow, Span span) {
    int[] places = share.of(flow.channels());
    int users = Math.min(share.loops(), ownedByWorker(flow));
    int window = share.part(flow.window(), Math.max(1, users));
    if (places.length == 0 || (flow.rate() == 0 && window == 0)) {
      return Future.succeededFuture();
    }
    PublicationSink sink = flow.via() == Flow.Via.BUS ? bus : http;
    if (sink == null) {
      return Future.failedFuture("not on the bus");
    }
    var sender =
        new Sender(counters, sink, timings.of("ack." + flow.name()), clock, flow.payload());
    List<Numbers> own = Arrays.stream(places).mapToObj(place -> numbers(flow, place)).toList();
    return begin(
        flow.rate() > 0
            ? new OpenFlow(flow, places, own, sender, span)
            : new WindowFlow(own, window, sender, span, clock));
  }

  private int ownedByWorker(Flow flow) {
    return new Share(share.worker(), share.workers(), 0, 1).of(flow.channels()).length;
  }

  private Numbers numbers(Flow flow, int place) {
    Group group = plan.group(flow.group());
    String name = flow.channel(group, place);
    return channels.computeIfAbsent(
        Totals.key(group.tenant(), name),
        fresh -> new Numbers(new Channel(group.tenant(), ChannelName.parse(name))));
  }

  /** Returns the totals of this loop's channels of a flow. */
  public Future<Map<String, Totals.Channel>> totals(Flow flow) {
    return onLoop(
        () -> {
          Map<String, Totals.Channel> totals = new HashMap<>();
          Group group = plan.group(flow.group());
          for (int place : share.of(flow.channels())) {
            String key = Totals.key(group.tenant(), flow.channel(group, place));
            totals.put(key, numbers(flow, place).total());
          }
          return Future.succeededFuture(totals);
        });
  }

  /**
   * Makes this loop's part of the calls.
   *
   * @param sessions all of the worker's, in the same order for each loop
   */
  public Future<Void> call(Calls calls, List<AttachedSession> sessions, long startAt, long millis) {
    return onLoop(() -> call(calls, sessions, Span.of(startAt, millis)));
  }

  private Future<Void> call(Calls calls, List<AttachedSession> sessions, Span span) {
    Registry asked = registry;
    if (asked == null) {
      return Future.failedFuture("not on the bus");
    }
    int users = Math.min(share.loops(), sessions.size());
    int window = share.part(calls.window(), Math.max(1, users));
    if (share.loop() >= users || (calls.rate() == 0 && window == 0)) {
      return Future.succeededFuture();
    }
    List<AttachedSession> own = new ArrayList<>();
    for (int i = share.loop(); i < sessions.size(); i += users) {
      own.add(sessions.get(i));
    }
    long step = (long) users * share.workers();
    long first = (long) share.loop() * share.workers() + share.worker();
    var schedule = new CallRun.Schedule(calls.rate(), first, step, window);
    String tenant = plan.group(calls.group()).tenant();
    var run =
        new CallRun(
            schedule,
            span,
            session -> asked.ask(calls.operation(), tenant, session),
            counters,
            timings.of("call." + calls.name()),
            clock);
    return begin(run.about(own));
  }

  private Future<Void> begin(Run run) {
    runs.add(run);
    if (ticker == NONE) {
      lag.restarted();
      ticker = vertx.setPeriodic(TICK_MS, timer -> tick());
    }
    return run.ended();
  }

  private void tick() {
    lag.ticked();
    long now = clock.micros();
    runs.forEach(run -> run.tick(now));
    runs.removeIf(run -> run.ended().isComplete());
    if (runs.isEmpty()) {
      vertx.cancelTimer(ticker);
      ticker = NONE;
    }
  }

  /** Returns what came since the last report, and the counts from the start on. */
  public Future<LoopReport> report() {
    return onLoop(
        () ->
            Future.succeededFuture(
                new LoopReport(
                    counters.counters(), Map.of(), Map.of(), timings.take(), lag.take())));
  }

  @Override
  public Future<?> stop() {
    http.close();
    if (bus != null) {
      bus.close();
    }
    return Future.succeededFuture();
  }

  private <T> Future<T> onLoop(Supplier<Future<T>> step) {
    Promise<T> promise = Promise.promise();
    context.runOnContext(
        now -> {
          try {
            step.get().onComplete(promise);
          } catch (RuntimeException e) {
            promise.fail(e);
          }
        });
    return promise.future();
  }
}
