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
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

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

  /**
   * An asker gives up 10 s after the time that its claim waits: what is found later than this after
   * it goes to another one.
   */
  private static final long LATEST_MS = 9_000;

  /** Characters of inputs in one answer, beyond which no further run is claimed for it. */
  private static final long MOST_CHARS = 1 << 20;

  /** Workers that are asked when a run starts: the first may find another run. */
  private static final int MOST_WOKEN = 4;

  private final Vertx vertx;
  private final Claiming claiming;
  private final int most;
  private final LongSupplier nanos;
  private final Promise<Void> idle = Promise.promise();
  private final Map<Set<String>, Line> lines = new LinkedHashMap<>();
  private int size;
  private int underWay;
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
    this(vertx, claiming, most, System::nanoTime);
  }

  /**
   * @param nanos the clock
   */
  Waiters(Vertx vertx, Claiming claiming, int most, LongSupplier nanos) {
    this.vertx = vertx;
    this.claiming = claiming;
    this.most = most;
    this.nanos = nanos;
  }

  /**
   * Claims runs, or waits for one; empty if none came in time. Once there is one, those that wait
   * beside it are claimed, too, as many as are wanted and fit into an answer. What is found when
   * the asker may have given up, or the node stops, is given back. A node that has stopped claims
   * nothing: {@code UNAVAILABLE}.
   */
  Future<List<Claimed>> claim(Claim claim) {
    if (stopped) {
      return Future.failedFuture(new HoldfastException(ErrorCode.UNAVAILABLE, "the node stops"));
    }
    long until = nanos.getAsLong() + TimeUnit.MILLISECONDS.toNanos(claim.waitMs() + LATEST_MS);
    underWay++;
    return claim(claim, claim.waitMs())
        .compose(first -> more(claim, new ArrayList<>(first.stream().toList())))
        .compose(
            found ->
                stopped || nanos.getAsLong() - until > 0
                    ? giveBack(found)
                    : Future.succeededFuture(found))
        .onComplete(over -> claimed());
  }

  private void claimed() {
    underWay--;
    if (stopped && underWay == 0) {
      idle.tryComplete();
    }
  }

  /** One after the other, as their sizes are not known before. */
  private Future<List<Claimed>> more(Claim claim, List<Claimed> found) {
    long chars = found.stream().mapToLong(one -> one.input().length()).sum();
    if (found.isEmpty() || found.size() >= claim.most() || chars >= MOST_CHARS || stopped) {
      return Future.succeededFuture(found);
    }
    return claimNow(claim)
        .otherwise(Optional.empty()) // a claim that fails takes nothing from the others
        .compose(
            next -> {
              next.ifPresent(found::add);
              return next.isPresent() ? more(claim, found) : Future.succeededFuture(found);
            });
  }

  /** What can't be given back is lost when its lease has passed. */
  private Future<List<Claimed>> giveBack(List<Claimed> found) {
    return Future.join(found.stream().map(this::release).toList())
        .transform(done -> Future.succeededFuture(List.of()));
  }

  private Future<Boolean> release(Claimed one) {
    return claiming.release(one.run().key(), one.run().generation());
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

  /**
   * Answers all that wait, so that they ask elsewhere.
   *
   * @return completes when no claim is under way
   */
  Future<Void> stop() {
    stopped = true;
    List<Waiter> all =
        lines.values().stream()
            .flatMap(line -> line.agents.values().stream().flatMap(Set::stream))
            .toList();
    all.forEach(this::giveUp);
    if (underWay == 0) {
      idle.tryComplete();
    }
    return idle.future();
  }

  int size() {
    return size;
  }
}
