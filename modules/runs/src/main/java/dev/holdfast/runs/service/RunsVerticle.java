package dev.holdfast.runs.service;

import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.bounds.FairTurns;
import dev.holdfast.core.bus.Bus;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.core.bus.Serving;
import dev.holdfast.limits.runs.FollowedRunLimits;
import dev.holdfast.limits.use.Uses;
import dev.holdfast.redis.RedisConfig;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.runs.AgentMessage;
import dev.holdfast.runs.Busy;
import dev.holdfast.runs.CancelNotice;
import dev.holdfast.runs.RunMessage;
import dev.holdfast.runs.ThreadMessage;
import dev.holdfast.runs.WorkMessage;
import dev.holdfast.runs.WorkMessage.Claimed;
import dev.holdfast.runs.WorkMessage.Released;
import dev.holdfast.runs.WorkMessage.Taken;
import dev.holdfast.runs.WorkMessage.Work;
import dev.holdfast.runs.config.RunLimits;
import dev.holdfast.runs.config.RunsConfig;
import dev.holdfast.runs.inbox.InboxStore;
import dev.holdfast.runs.ingest.Finishing;
import dev.holdfast.runs.ingest.Ingest;
import dev.holdfast.runs.records.RunKey;
import dev.holdfast.runs.records.RunRecord;
import dev.holdfast.runs.records.RunRecords;
import dev.holdfast.runs.records.RunSpec;
import dev.holdfast.runs.records.RunStore;
import dev.holdfast.runs.records.ThreadKey;
import dev.holdfast.tenants.TenantGate;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.MessageConsumer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves {@link RunMessage}s, one instance per node, and sweeps. What it has in memory of runs it
 * can make anew; that is touched on its own context only.
 */
public final class RunsVerticle extends VerticleBase implements RunMessage.Handler<Future<?>> {
  private static final Logger LOG = LoggerFactory.getLogger(RunsVerticle.class);
  private static final Duration CHANNELS_TIMEOUT = Duration.ofSeconds(10);

  /** Snapshots that are read at a time for readers of runs, each up to some 4 MiB. */
  private static final FairTurns.Bounds SNAPSHOTS = new FairTurns.Bounds(16, 16, 4_096, 5_000, 0);

  private static final long LOOK_MS = 250;

  private final Bus bus;
  private final RedisConfig redis;
  private final RunsConfig config;
  private final MeterRegistry registry;
  private final RunsMetrics metrics;
  private final FairTurns snapshots;
  private @Nullable RedisLink link;
  private final List<Serving<?>> consumers = new ArrayList<>();
  private @Nullable MessageConsumer<CancelNotice> notices;
  private IntFunction<List<Integer>> share = count -> Sweeping.ALL;
  private TenantGate tenants = TenantGate.OPEN;
  private Uses uses = Uses.NONE;
  private Duration follow = Duration.ofSeconds(5);

  @SuppressWarnings("NullAway.Init")
  private RunRecords records;

  @SuppressWarnings("NullAway.Init")
  private Ingest ingest;

  @SuppressWarnings("NullAway.Init")
  private Sweeping sweeping;

  @SuppressWarnings("NullAway.Init")
  private SweepClock clock;

  @SuppressWarnings("NullAway.Init")
  private Starting starting;

  @SuppressWarnings("NullAway.Init")
  private Cancelling cancelling;

  @SuppressWarnings("NullAway.Init")
  private Finding finding;

  @SuppressWarnings("NullAway.Init")
  private Threads threads;

  @SuppressWarnings("NullAway.Init")
  private Agents agents;

  @SuppressWarnings("NullAway.Init")
  private Claiming claiming;

  @SuppressWarnings("NullAway.Init")
  private Waiters waiters;

  @SuppressWarnings("NullAway.Init")
  private Beats beats;

  @SuppressWarnings("NullAway.Init")
  private Saying saying;

  public RunsVerticle(Bus bus, RedisConfig redis, RunsConfig config, MeterRegistry registry) {
    this.bus = bus;
    this.redis = redis;
    this.config = config;
    this.registry = registry;
    this.metrics = new RunsMetrics(registry, config.agents().keySet());
    this.snapshots = new FairTurns("run-snapshots", SNAPSHOTS, null, registry);
  }

  /**
   * Shares the sweep with other nodes. Call it before the deployment.
   *
   * @param share returns this node's part of so many numbered shards; on this verticle's context
   */
  public RunsVerticle sharedBy(IntFunction<List<Integer>> share) {
    this.share = share;
    return this;
  }

  /**
   * Looks for changes of tenants' limits so often, 5 s otherwise. Call it before the deployment.
   */
  public RunsVerticle following(Duration every) {
    follow = every;
    return this;
  }

  /** Counts what tenants use by their runs. Call it before the deployment. */
  public RunsVerticle counting(Uses wanted) {
    uses = wanted;
    return this;
  }

  /**
   * Starts no runs of tenants that may not work, and gives none to workers. Call it before the
   * deployment.
   */
  public RunsVerticle admitting(TenantGate gate) {
    tenants = gate;
    return this;
  }

  @Override
  public Future<?> start() {
    return config.enabled() ? open() : Future.succeededFuture();
  }

  private Future<?> open() {
    return RedisLink.open(vertx, redis, "runs", registry)
        .onSuccess(this::assemble)
        .compose(opened -> opened.reserve().watch())
        .compose(watched -> serve())
        .onSuccess(served -> watch());
  }

  private void assemble(RedisLink opened) {
    link = opened;
    records = RunRecords.of(opened, config);
    records.queue().admitting(tenants);
    var channels = ServiceClient.local(bus, CHANNELS_TIMEOUT);
    ingest = new Ingest(vertx, records, config, channels, registry);
    ingest.finishing().counting(uses);
    sweeping = new Sweeping(records, ingest.finishing(), registry);
    clock = new SweepClock(sweeping, opened, share);
    var limits = new FollowedRunLimits(opened, config.amounts());
    records.places().limitedBy(limits::of);
    vertx.setPeriodic(follow.toMillis(), timer -> limits.follow());
    finding = new Finding(records, snapshots);
    threads = new Threads(vertx, records, snapshots);
    agents = new Agents(config, records.agents(), records.usage(), snapshots);
    claiming = new Claiming(records);
    waiters = new Waiters(vertx, claiming, Waiters.MOST);
    cancelling = new Cancelling(bus, records, sweeping);
    var upcoming = new Upcoming(vertx, records, snapshots, waiters::started);
    starting = new Starting(vertx, records).offering(waiters::started);
    upcoming.interrupting(cancelling::interrupt);
    starting.queueing(cancelling::interrupt, upcoming::begin);
    sweeping.beginning(upcoming::begin);
    ingest.finishing().freeing(thread -> beginNext(upcoming, thread));
    var inbox = new InboxStore(opened);
    saying = new Saying(bus, records.runs(), inbox, config, registry);
    ingest.finishing().leaving(inbox::left);
    beats = new Beats(vertx, records.runs(), inbox, Beats.MOST);
    registry.gauge("holdfast.runs.waiting.workers", waiters, Waiters::size);
    registry.gauge("holdfast.runs.waiting.beats", beats, Beats::size);
    registry.gauge("holdfast.runs.warm.bytes", ingest, Ingest::warmBytes);
    registry.gauge("holdfast.runs.ending", ingest.finishing(), Finishing::underWay);
  }

  private static void beginNext(Upcoming upcoming, ThreadKey thread) {
    upcoming
        .next(thread)
        .onFailure(later -> LOG.debug("the next run of {}: {}", thread, later.toString()));
  }

  private Future<?> serve() {
    Serving<RunMessage<?>> runs = bus.serve(RunMessage.ADDRESS, this::handle);
    consumers.add(runs.whenNotGiven(claiming::takeBack));
    consumers.add(bus.<ThreadMessage<?>>serve(ThreadMessage.ADDRESS, this::handle));
    consumers.add(bus.<AgentMessage<?>>serve(AgentMessage.ADDRESS, this::handleOfAgents));
    MessageConsumer<CancelNotice> cancels = vertx.eventBus().consumer(CancelNotice.ADDRESS);
    cancels.handler(notice -> beats.noticed(notice.body()));
    notices = cancels;
    List<Future<?>> begun = new ArrayList<>(List.of(cancels.completion()));
    consumers.forEach(one -> begun.add(one.completion()));
    return Future.all(begun);
  }

  private void watch() {
    long jitter = ThreadLocalRandom.current().nextLong(SweepClock.TICK_MS);
    vertx.setPeriodic(jitter + 1, SweepClock.TICK_MS, timer -> clock.tick());
    vertx.setPeriodic(LOOK_MS, timer -> waiters.tick());
  }

  @Override
  public Future<?> stop() {
    List<Future<?>> over = new ArrayList<>();
    consumers.forEach(one -> over.add(one.unregister()));
    if (notices != null) {
      over.add(notices.unregister());
    }
    if (waiters != null) {
      over.add(waiters.stop());
      beats.stop();
    }
    return Future.join(over)
        .eventually(() -> link == null ? Future.succeededFuture() : link.close());
  }

  private Future<?> handle(RunMessage<?> message) {
    return logged(message, message.dispatch(this));
  }

  private Future<?> handleOfAgents(AgentMessage<?> message) {
    return logged(message, message.dispatch(agents));
  }

  /** Logs a failure without a name here; the asker only learns that the fault is ours. */
  private static Future<?> logged(Object message, Future<?> answer) {
    return answer.onFailure(
        failure -> {
          if (!(failure instanceof HoldfastException)) {
            LOG.error("{} failed", message.getClass().getSimpleName(), failure);
          }
        });
  }

  @Override
  public Future<?> start(RunMessage.Start message) {
    String owner = RunAccess.starts(message);
    ErrorCode why = tenants.refusal(message.tenant()).orElse(null);
    if (why != null) {
      return Future.failedFuture(new HoldfastException(why, "start of a run"));
    }
    return agents
        .limits(message.tenant(), message.agent())
        .compose(limits -> starting.start(spec(message, owner, limits)))
        .onSuccess(metrics::started)
        .onFailure(failure -> metrics.refused.increment())
        .map(created -> Views.run(created.run()));
  }

  private static RunSpec spec(RunMessage.Start message, String owner, RunLimits limits) {
    Busy busy = message.busy() == null ? Busy.REJECT : message.busy();
    return new RunSpec(
        message.tenant(),
        owner,
        message.threadId(),
        message.runId(),
        message.agent(),
        message.input(),
        limits,
        message.dismisses() || busy == Busy.INTERRUPT,
        busy);
  }

  @Override
  public Future<?> get(RunMessage.Get message) {
    return find(message.caller(), message.tenant(), message.run()).map(Views::run);
  }

  @Override
  public Future<?> find(RunMessage.Find message) {
    return finding.find(message);
  }

  @Override
  public Future<?> thread(ThreadMessage<?> message) {
    return message.answerBy(threads);
  }

  @Override
  public Future<?> snapshot(RunMessage.Snapshot message) {
    return finding.snapshot(message);
  }

  private Future<RunRecord> find(Caller caller, String tenant, String run) {
    return records
        .runs()
        .get(new RunKey(tenant, run))
        .map(found -> RunAccess.visible(caller, tenant, found));
  }

  @Override
  public Future<?> cancel(RunMessage.Cancel message) {
    String by = message.caller() instanceof Caller.User user ? user.user() : "service";
    return find(message.caller(), message.tenant(), message.run())
        .compose(run -> cancelling.cancel(run.key(), by, message.reason()))
        .map(Views::run);
  }

  @Override
  public Future<?> say(RunMessage.Say message) {
    return saying.say(message).map(Views::run);
  }

  @Override
  public Future<?> claim(WorkMessage.Claim message) {
    return waiters
        .claim(message)
        .map(
            found -> {
              List<Work> all = found.stream().map(this::work).toList();
              return new Claimed(all.isEmpty() ? null : all.get(0), all.stream().skip(1).toList());
            });
  }

  private Work work(RunStore.Claimed claimed) {
    RunRecord run = claimed.run();
    metrics.claimed(run);
    return new Work(
        Views.run(run),
        run.generation(),
        claimed.published() + 1,
        run.limits().lease().toMillis(),
        claimed.input());
  }

  @Override
  public Future<?> events(WorkMessage.Events message) {
    RunAccess.works(message.caller(), message.tenant());
    metrics.batches.increment();
    var batch =
        new Ingest.Batch(
            new RunKey(message.tenant(), message.run()),
            message.generation(),
            message.n(),
            message.events(),
            message.agent());
    return ingest
        .take(batch)
        .compose(
            taken ->
                saying
                    .heard(message, taken.over())
                    .map(said -> new Taken(taken.next(), taken.over(), taken.cancelled(), said)));
  }

  @Override
  public Future<?> beat(WorkMessage.Beat message) {
    RunAccess.works(message.caller(), message.tenant());
    return beats.beat(message);
  }

  @Override
  public Future<?> release(WorkMessage.Release message) {
    RunAccess.works(message.caller(), message.tenant());
    return claiming
        .release(new RunKey(message.tenant(), message.run()), message.generation(), message.agent())
        .map(Released::new);
  }
}
