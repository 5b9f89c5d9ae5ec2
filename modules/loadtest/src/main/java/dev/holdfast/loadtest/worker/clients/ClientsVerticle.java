package dev.holdfast.loadtest.worker.clients;

import dev.holdfast.loadtest.plan.Flow;
import dev.holdfast.loadtest.plan.LedgerCount;
import dev.holdfast.loadtest.plan.Plan;
import dev.holdfast.loadtest.plan.Totals;
import dev.holdfast.loadtest.worker.ledger.ExpectedTotals;
import dev.holdfast.loadtest.worker.ledger.GroupTally;
import dev.holdfast.loadtest.worker.ledger.LedgerTotals;
import dev.holdfast.loadtest.worker.measure.Clock;
import dev.holdfast.loadtest.worker.measure.LagMeter;
import dev.holdfast.loadtest.worker.measure.LoopReport;
import dev.holdfast.loadtest.worker.measure.Share;
import dev.holdfast.loadtest.worker.measure.Timings;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * The share of the plan's clients on one event loop; one tick serves all of them. Its methods may
 * be called on any thread; they act and answer on its own loop.
 */
public final class ClientsVerticle extends VerticleBase {
  private static final long TICK_MS = 5;
  private static final long LEAVE_MS = 5_000;
  private static final long MILLI = 1_000;

  private final Plan plan;
  private final Share share;
  private final Clock clock;
  private final Timings timings = new Timings();
  private final LagMeter lag = new LagMeter(TICK_MS);
  private final Map<String, ClientGroup> groups = new LinkedHashMap<>();
  private final List<LoadClient> leaving = new ArrayList<>();

  @SuppressWarnings("NullAway.Init")
  private ClientLoop loop;

  private @Nullable ExpectedTotals totals;
  private @Nullable Promise<Void> emptied;
  private long leaveBy;

  public ClientsVerticle(Plan plan, Share share, Clock clock) {
    this.plan = plan;
    this.share = share;
    this.clock = clock;
  }

  /**
   * The progress towards the end.
   *
   * @param lost numbers that are missing at a client, without a reason
   * @param unpublished ledgers with a number that nobody published
   * @param away clients that are not attached
   * @param news rises with each event and each attach
   */
  public record End(long lost, long unpublished, long away, long news) {
    public static final End NONE = new End(0, 0, 0, 0);

    public End plus(End other) {
      return new End(
          lost + other.lost, unpublished + other.unpublished, away + other.away, news + other.news);
    }
  }

  @Override
  public Future<?> start() {
    loop = new ClientLoop(vertx, plan, share, clock);
    plan.groups()
        .forEach(
            group -> groups.put(group.name(), new ClientGroup(new GroupTally(group, timings))));
    vertx.setPeriodic(TICK_MS, timer -> tick());
    return Future.succeededFuture();
  }

  private void tick() {
    lag.ticked();
    long now = clock.micros();
    loop.connects.tick(now);
    loop.timers.tick(now);
    if (!leaving.isEmpty() || emptied != null) {
      lookAtLeaving(now);
    }
  }

  private void lookAtLeaving(long now) {
    leaving.removeIf(LoadClient::gone);
    if (emptied != null && (leaving.isEmpty() || now >= leaveBy)) {
      emptied.tryComplete();
    }
  }

  /** Connects this loop's share of these groups, those that are not yet. */
  public Future<Void> connect(List<String> names) {
    return onLoop(
        () -> {
          names.forEach(name -> connect(group(name)));
          return null;
        });
  }

  private void connect(ClientGroup group) {
    if (group.clients.isEmpty()) {
      group.fill(loop, share);
      loop.counters.clients += group.clients.size();
      loop.connects.add(group.clients, clock.micros());
    }
  }

  /** Ends the sessions of these groups. */
  public Future<Void> leave(List<String> names) {
    return onLoop(
        () -> {
          names.forEach(name -> leave(group(name)));
          return null;
        });
  }

  private void leave(ClientGroup group) {
    loop.connects.remove(group.clients);
    loop.counters.clients -= group.clients.size();
    group.clients.forEach(LoadClient::leave);
    leaving.addAll(group.clients);
    group.clients.clear();
    group.chats.clear();
  }

  /** Has the users of a flow to runs ask; completes when their last answers are there. */
  public Future<Void> converse(Flow flow, long startAt, long millis) {
    long until = startAt + millis * MILLI;
    return onLoop(() -> group(flow.group()).converse(flow, startAt, until))
        .compose(Future::join)
        .mapEmpty();
  }

  /** Returns the runs of a flow that a lost worker cut off, with the tokens that came. */
  public Future<Map<String, Totals.Channel>> cutOff(Flow flow) {
    return onLoop(
        () -> {
          Map<String, Totals.Channel> all = new HashMap<>();
          group(flow.group()).chats.forEach(chat -> all.putAll(chat.cutOff()));
          return all;
        });
  }

  /** Cuts every connection to a node. */
  public Future<Void> cut(String node) {
    return onLoop(
        () -> {
          groups.values().forEach(group -> cut(group, node));
          return null;
        });
  }

  private static void cut(ClientGroup group, String node) {
    group.clients.stream().filter(client -> node.equals(client.node())).forEach(LoadClient::cut);
  }

  /** Passes on what was published, by all workers. */
  public Future<Void> expect(Totals published) {
    return onLoop(
        () -> {
          var fresh = new ExpectedTotals(published);
          totals = fresh;
          groups.values().forEach(group -> expect(group, fresh));
          return null;
        });
  }

  private static void expect(ClientGroup group, ExpectedTotals totals) {
    group.clients.forEach(client -> client.ledgers().expect(totals));
  }

  /** Returns the totals at the end. Must be called after {@link #expect}. */
  public Future<End> end() {
    return onLoop(
        () -> {
          long away =
              groups.values().stream()
                  .filter(ClientGroup::counts)
                  .flatMap(group -> group.clients.stream())
                  .filter(client -> client.node() == null)
                  .count();
          long news = loop.counters.received + loop.counters.connects;
          LedgerTotals ledgers = ledgerTotals();
          return new End(ledgers.lost(), ledgers.unpublished(), away, news);
        });
  }

  private LedgerTotals ledgerTotals() {
    var sum = new LedgerTotals();
    groups.values().forEach(group -> sum.add(group.tally, group.ledgers()));
    return sum;
  }

  /** Sessions of a group that are attached here, with their users. */
  public Future<List<AttachedSession>> sessions(String group) {
    return onLoop(
        () -> group(group).clients.stream().flatMap(client -> attached(client).stream()).toList());
  }

  private static Optional<AttachedSession> attached(LoadClient client) {
    return Optional.ofNullable(client.session())
        .map(session -> new AttachedSession(session, client.user()));
  }

  private ClientGroup group(String name) {
    ClientGroup group = groups.get(name);
    if (group == null) {
      throw new IllegalArgumentException("there is no group " + name);
    }
    return group;
  }

  /** Returns what came since the last report, and the counts from the start on. */
  public Future<LoopReport> report() {
    return onLoop(
        () -> {
          Map<String, LedgerCount> ledgers = new HashMap<>();
          LedgerTotals end = totals == null ? null : ledgerTotals();
          groups.values().forEach(group -> group.report(ledgers, end));
          Map<String, Integer> nodes = Map.copyOf(loop.counters.nodes);
          return new LoopReport(
              loop.counters.counters(), nodes, ledgers, timings.take(), lag.take());
        });
  }

  /** Ends all sessions; what has not ended within 5 s is cut off. */
  @Override
  public Future<?> stop() {
    groups.values().forEach(this::leave);
    leaveBy = clock.micros() + LEAVE_MS * MILLI;
    Promise<Void> empty = Promise.promise();
    emptied = empty;
    return empty.future().transform(left -> loop.close());
  }

  private <T> Future<T> onLoop(Callable<T> step) {
    Promise<T> promise = Promise.promise();
    context.runOnContext(
        now -> {
          try {
            promise.complete(step.call());
          } catch (Exception e) {
            promise.fail(e);
          }
        });
    return promise.future();
  }
}
