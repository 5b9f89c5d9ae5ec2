package dev.holdfast.runs.service;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Ids;
import dev.holdfast.runs.WorkMessage.Claim;
import dev.holdfast.runs.records.RunStore.Claimed;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Workers that wait at this node for a run. They are served at once if a run starts here, and look
 * again a few times a second for those that start at other nodes: the first one of an agent and of
 * the same tenants, and the next one as soon as that has found a run. Confined to its context.
 */
final class Waiters {
  /** Fewer than the bus has under way at a service: the rest is for what does not wait. */
  static final int MOST = 4_096;

  /** Most agents that are looked after at a tick: tenants take turns, and so do their agents. */
  static final int MOST_LOOKS = 64;

  /** Who waits as long leaves the look to those that wait before it. */
  private static final long PATIENT_MS = 1_000;

  /** Workers that are asked when a run starts: the first may find another run. */
  private static final int MOST_WOKEN = 4;

  private final Vertx vertx;
  private final Claiming claiming;
  private final int most;
  private final Map<Set<String>, Line> lines = new LinkedHashMap<>();
  private int size;
  private boolean stopped;

  /** Those that act for the same tenants: by agent, whose turn is next first. */
  private static final class Line {
    final Map<String, Set<Waiter>> agents = new LinkedHashMap<>();
    int size;
  }

  private final class Waiter {
    final Claim claim;
    final Promise<Optional<Claimed>> promise = Promise.promise();
    boolean asking;

    Waiter(Claim claim) {
      this.claim = claim;
    }

    boolean isIdle() {
      return !asking && !promise.future().isComplete();
    }

    void ask() {
      if (!isIdle()) {
        return;
      }
      asking = true;
      claimNow(claim)
          .onComplete(
              answer -> {
                asking = false;
                if (answer.failed()) {
                  promise.tryFail(answer.cause());
                } else if (answer.result().isPresent() || stopped) {
                  promise.tryComplete(answer.result());
                }
                if (answer.succeeded() && answer.result().isPresent()) {
                  askNext(claim);
                }
              });
    }
  }

  /**
   * @param most that wait at a time
   */
  Waiters(Vertx vertx, Claiming claiming, int most) {
    this.vertx = vertx;
    this.claiming = claiming;
    this.most = most;
  }

  /**
   * Claims runs, or waits for one; empty if none came in time. Once there is one, those that wait
   * beside it are claimed at the same time, as many as are wanted.
   */
  Future<List<Claimed>> claim(Claim claim) {
    return claim(claim, claim.waitMs())
        .compose(
            first ->
                first.isEmpty() || stopped
                    ? Future.succeededFuture(first.stream().toList())
                    : more(claim, first.get()));
  }

  /** A claim that fails takes nothing from the others. */
  private Future<List<Claimed>> more(Claim claim, Claimed first) {
    List<Future<Optional<Claimed>>> others = new ArrayList<>();
    for (int i = 1; i < claim.most(); i++) {
      others.add(claimNow(claim).otherwise(Optional.empty()));
    }
    return Future.join(others)
        .map(
            done ->
                Stream.concat(
                        Stream.of(first),
                        others.stream().map(Future::result).flatMap(Optional::stream))
                    .toList());
  }

  /** Claims a run, or waits for one; empty if none came in time. */
  Future<Optional<Claimed>> claim(Claim claim, long waitMs) {
    if (waitMs >= PATIENT_MS && !stopped && !ahead(claim).isEmpty()) {
      return await(claim, waitMs);
    }
    return claimNow(claim)
        .compose(
            found ->
                found.isPresent() || waitMs == 0 || stopped
                    ? Future.succeededFuture(found)
                    : await(claim, waitMs));
  }

  private Future<Optional<Claimed>> await(Claim claim, long waitMs) {
    if (isFull(claim)) {
      return Future.failedFuture(
          new HoldfastException(ErrorCode.RATE_LIMITED, "too many workers wait at this node"));
    }
    Waiter waiter = new Waiter(claim);
    add(waiter);
    long timer = vertx.setTimer(waitMs, late -> giveUp(waiter));
    return waiter
        .promise
        .future()
        .onComplete(
            done -> {
              remove(waiter);
              vertx.cancelTimer(timer);
            });
  }

  /** The workers of the same tenants have a tenth of the places, and more while half are free. */
  private boolean isFull(Claim claim) {
    Line line = lines.get(claim.caller().tenants());
    return size >= most || line != null && line.size >= most / 10 && size >= most / 2;
  }

  private void add(Waiter waiter) {
    Claim claim = waiter.claim;
    Line line = lines.computeIfAbsent(claim.caller().tenants(), tenants -> new Line());
    line.agents.computeIfAbsent(claim.agent(), agent -> new LinkedHashSet<>()).add(waiter);
    line.size++;
    size++;
  }

  private void remove(Waiter waiter) {
    Claim claim = waiter.claim;
    Line line = lines.get(claim.caller().tenants());
    Set<Waiter> same = ahead(claim);
    if (line == null || !same.contains(waiter)) {
      return;
    }
    same.remove(waiter);
    line.size--;
    size--;
    if (same.isEmpty()) {
      line.agents.remove(claim.agent());
    }
    if (line.agents.isEmpty()) {
      lines.remove(claim.caller().tenants());
    }
  }

  /** Those that wait for the same. */
  private Set<Waiter> ahead(Claim claim) {
    Line line = lines.get(claim.caller().tenants());
    return line == null ? Set.of() : line.agents.getOrDefault(claim.agent(), Set.of());
  }

  /** A claim that is under way may still bring a run: it is not given up. */
  private void giveUp(Waiter waiter) {
    if (waiter.asking) {
      vertx.setTimer(100, later -> giveUp(waiter));
    } else {
      waiter.promise.tryComplete(Optional.empty());
    }
  }

  private Future<Optional<Claimed>> claimNow(Claim claim) {
    Set<String> tenants = claim.caller().tenants();
    if (tenants.isEmpty()) {
      return Future.succeededFuture(Optional.empty()); // none would mean all
    }
    return claiming.claim(
        claim.agent(), tenants.contains("*") ? Set.of() : tenants, claim.worker(), Ids.fresh());
  }

  private void askNext(Claim claim) {
    ahead(claim).stream().filter(Waiter::isIdle).findFirst().ifPresent(Waiter::ask);
  }

  /** A run of the agent has started at this node. */
  void started(String agent, String tenant) {
    List<Waiter> woken =
        lines.values().stream()
            .flatMap(line -> line.agents.getOrDefault(agent, Set.of()).stream())
            .filter(one -> one.isIdle() && one.claim.caller().actsFor(tenant))
            .limit(MOST_WOKEN)
            .toList();
    woken.forEach(Waiter::ask);
  }

  /** Asks for those that wait, one of each agent and tenants, as many as there may be. */
  void tick() {
    Deque<Iterator<String>> turns = new ArrayDeque<>();
    Deque<Set<String>> tenants = new ArrayDeque<>(lines.keySet());
    lines.values().forEach(line -> turns.add(new ArrayList<>(line.agents.keySet()).iterator()));
    for (int looks = 0; looks < MOST_LOOKS && !turns.isEmpty(); ) {
      Iterator<String> agents = turns.remove();
      Set<String> of = tenants.remove();
      if (agents.hasNext()) {
        look(of, agents.next());
        looks++;
        turns.add(agents);
        tenants.add(of);
      }
    }
  }

  /** Its next turn comes after those of all others. */
  private void look(Set<String> tenants, String agent) {
    Line line = lines.remove(tenants);
    if (line == null) {
      return;
    }
    lines.put(tenants, line);
    Set<Waiter> same = line.agents.remove(agent);
    if (same != null) {
      line.agents.put(agent, same);
      askNext(same.iterator().next().claim);
    }
  }

  /** Answers all that wait, so that they ask elsewhere. */
  void stop() {
    stopped = true;
    List<Waiter> all =
        lines.values().stream()
            .flatMap(line -> line.agents.values().stream().flatMap(Set::stream))
            .toList();
    all.forEach(this::giveUp);
  }

  int size() {
    return size;
  }
}
