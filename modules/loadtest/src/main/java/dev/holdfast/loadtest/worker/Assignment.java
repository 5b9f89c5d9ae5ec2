package dev.holdfast.loadtest.worker;

import dev.holdfast.loadtest.plan.Address.BusAddress;
import dev.holdfast.loadtest.plan.Calls;
import dev.holdfast.loadtest.plan.Flow;
import dev.holdfast.loadtest.plan.Group;
import dev.holdfast.loadtest.plan.Plan;
import dev.holdfast.loadtest.plan.ToWorker;
import dev.holdfast.loadtest.plan.Totals;
import dev.holdfast.loadtest.worker.clients.AttachedSession;
import dev.holdfast.loadtest.worker.clients.ClientsVerticle;
import dev.holdfast.loadtest.worker.measure.Clock;
import dev.holdfast.loadtest.worker.measure.LoopReport;
import dev.holdfast.loadtest.worker.measure.Share;
import dev.holdfast.loadtest.worker.publish.PublishVerticle;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This worker's part of the plan, spread over its event loops. Answers may come on any thread.
 * Confined to the coordinator's event loop.
 */
final class Assignment {
  private static final Logger LOG = LoggerFactory.getLogger(Assignment.class);

  private static final long CLOSE_S = 20;

  private final Vertx vertx;
  private final ToWorker.Assign assign;
  private final Plan plan;
  private final Clock clock;
  private final List<ClientsVerticle> clients = new ArrayList<>();
  private final List<PublishVerticle> publishers = new ArrayList<>();
  private final Set<VerticleBase> deployed = ConcurrentHashMap.newKeySet();
  private volatile @Nullable Vertx bus;

  Assignment(Vertx vertx, ToWorker.Assign assign, int loops) {
    this.vertx = vertx;
    this.assign = assign;
    this.plan = assign.plan();
    this.clock = new Clock(assign.clockOffset());
    for (int loop = 0; loop < loops; loop++) {
      var share = new Share(assign.worker(), assign.workers(), loop, loops);
      clients.add(new ClientsVerticle(plan, share, clock));
      publishers.add(new PublishVerticle(plan, share, clock, onBus()));
    }
  }

  private boolean onBus() {
    return !plan.calls().isEmpty()
        || plan.flows().stream().anyMatch(flow -> flow.via() == Flow.Via.BUS);
  }

  /** Joins the bus if the plan needs it, and starts the loops. */
  Future<Void> open() {
    return member()
        .onSuccess(member -> bus = member)
        .compose(member -> deploy(clients, vertx).compose(done -> deploy(publishers, member)));
  }

  private Future<Vertx> member() {
    if (!onBus()) {
      return Future.succeededFuture(vertx);
    }
    BusAddress address = plan.address().bus();
    return address == null
        ? Future.failedFuture("the plan has no address of the bus")
        : BusMember.join(vertx, address);
  }

  private Future<Void> deploy(List<? extends VerticleBase> verticles, Vertx on) {
    return Future.join(verticles.stream().map(on::deployVerticle).toList())
        .onSuccess(all -> deployed.addAll(verticles))
        .mapEmpty();
  }

  Clock clock() {
    return clock;
  }

  long patienceMillis() {
    return plan.patience();
  }

  Future<Void> connect(List<String> groups) {
    check(groups);
    return all(clients, loop -> loop.connect(groups));
  }

  Future<Void> leave(List<String> groups) {
    check(groups);
    return all(clients, loop -> loop.leave(groups));
  }

  Future<Void> cut(String node) {
    return all(clients, loop -> loop.cut(node));
  }

  Future<Void> expect(Totals totals) {
    return all(clients, loop -> loop.expect(totals));
  }

  Future<ClientsVerticle.End> end() {
    return sum(clients, ClientsVerticle::end, ClientsVerticle.End.NONE, ClientsVerticle.End::plus);
  }

  /** Completes when all of these flows is answered or given up. */
  Future<Totals> publish(ToWorker.Publish order) {
    List<Flow> flows = order.flows().stream().map(this::flow).toList();
    List<Future<Void>> runs = new ArrayList<>();
    for (Flow flow : flows) {
      if (flow.target() == Flow.Target.RUN) {
        clients.forEach(loop -> runs.add(loop.converse(flow, order.startAt(), order.millis())));
      } else {
        publishers.forEach(loop -> runs.add(loop.publish(flow, order.startAt(), order.millis())));
      }
    }
    return Future.join(runs).compose(ended -> totals(flows));
  }

  private Future<Totals> totals(List<Flow> flows) {
    List<Future<Map<String, Totals.Channel>>> parts = flows.stream().flatMap(this::totals).toList();
    return Future.join(parts).map(all -> union(parts));
  }

  private Stream<Future<Map<String, Totals.Channel>>> totals(Flow flow) {
    return flow.target() == Flow.Target.RUN
        ? clients.stream().map(loop -> loop.cutOff(flow))
        : publishers.stream().map(loop -> loop.totals(flow));
  }

  private static Totals union(List<Future<Map<String, Totals.Channel>>> parts) {
    Map<String, Totals.Channel> union = new HashMap<>();
    parts.forEach(part -> union.putAll(part.result()));
    return new Totals(union);
  }

  /** Completes when all of these calls are answered. */
  Future<Void> call(ToWorker.Call order) {
    List<Calls> calls = order.calls().stream().map(this::calls).toList();
    return Future.join(calls.stream().map(one -> call(one, order)).toList()).mapEmpty();
  }

  private Future<Void> call(Calls calls, ToWorker.Call order) {
    return sessions(calls.group())
        .compose(
            sessions ->
                all(
                    publishers,
                    loop -> loop.call(calls, sessions, order.startAt(), order.millis())));
  }

  private Future<List<AttachedSession>> sessions(String group) {
    return sum(
        clients,
        loop -> loop.sessions(group),
        List.of(),
        (one, two) -> Stream.concat(one.stream(), two.stream()).toList());
  }

  private void check(List<String> groups) {
    Set<String> known = plan.groups().stream().map(Group::name).collect(Collectors.toSet());
    groups.forEach(name -> require(known.contains(name), "there is no group " + name));
  }

  private Flow flow(String name) {
    var found = plan.flows().stream().filter(flow -> flow.name().equals(name)).findFirst();
    require(found.isPresent(), "there is no flow " + name);
    return found.get();
  }

  private Calls calls(String name) {
    var found = plan.calls().stream().filter(calls -> calls.name().equals(name)).findFirst();
    require(found.isPresent(), "there are no calls " + name);
    return found.get();
  }

  private static void require(boolean holds, String message) {
    if (!holds) {
      throw new IllegalArgumentException(message);
    }
  }

  Future<LoopReport> report() {
    Future<LoopReport> reading =
        sum(clients, ClientsVerticle::report, LoopReport.NONE, LoopReport::plus);
    Future<LoopReport> publishing =
        sum(publishers, PublishVerticle::report, LoopReport.NONE, LoopReport::plus);
    return Future.join(reading, publishing).map(both -> reading.result().plus(publishing.result()));
  }

  /** Publishes no more, ends the sessions, leaves the bus. Never fails. */
  Future<Void> close() {
    Vertx member = bus;
    return (member == null ? Future.<Void>succeededFuture() : undeploy(publishers, member))
        .transform(stopped -> undeploy(clients, vertx))
        .transform(stopped -> leaveBus())
        .timeout(CLOSE_S, TimeUnit.SECONDS)
        .onFailure(failure -> LOG.warn("Not everything could be closed", failure))
        .otherwiseEmpty();
  }

  private Future<Void> undeploy(List<? extends VerticleBase> verticles, Vertx from) {
    return all(
        verticles.stream().filter(deployed::contains).toList(),
        verticle -> from.undeploy(verticle.deploymentID()));
  }

  /** Leaves the bus, on a thread that is not one of the bus's own. */
  private Future<Void> leaveBus() {
    Vertx member = bus;
    return member == null || member == vertx
        ? Future.succeededFuture()
        : vertx.executeBlocking(member::close).compose(closing -> closing);
  }

  private static <V> Future<Void> all(List<V> loops, Function<V, Future<Void>> step) {
    return Future.join(loops.stream().map(step).toList()).mapEmpty();
  }

  private static <V, T> Future<T> sum(
      List<V> loops, Function<V, Future<T>> step, T none, BinaryOperator<T> plus) {
    List<Future<T>> parts = loops.stream().map(step).toList();
    return Future.join(parts).map(all -> parts.stream().map(Future::result).reduce(none, plus));
  }
}
