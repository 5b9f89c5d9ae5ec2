package dev.holdfast.runs.service;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Ids;
import dev.holdfast.runs.WorkMessage.Claim;
import dev.holdfast.runs.records.RunStore.Claimed;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Workers that wait at this node for a run. They are served at once if a run starts here, and look
 * again a few times a second for those that start at other nodes. Confined to its context.
 */
final class Waiters {
  private static final int MOST = 10_000;

  private final Vertx vertx;
  private final Claiming claiming;
  private final Set<Waiter> waiting = new LinkedHashSet<>();
  private boolean stopped;

  private final class Waiter {
    final Claim claim;
    final Promise<Optional<Claimed>> promise = Promise.promise();
    boolean asking;

    Waiter(Claim claim) {
      this.claim = claim;
    }

    void ask() {
      if (asking || promise.future().isComplete()) {
        return;
      }
      asking = true;
      claim(claim)
          .onComplete(
              answer -> {
                asking = false;
                if (answer.failed()) {
                  promise.tryFail(answer.cause());
                } else if (answer.result().isPresent() || stopped) {
                  promise.tryComplete(answer.result());
                }
              });
    }
  }

  Waiters(Vertx vertx, Claiming claiming) {
    this.vertx = vertx;
    this.claiming = claiming;
  }

  /** Claims a run, or waits for one; empty if none came in time. */
  Future<Optional<Claimed>> claim(Claim claim, long waitMs) {
    return claim(claim)
        .compose(
            found ->
                found.isPresent() || waitMs == 0 || stopped
                    ? Future.succeededFuture(found)
                    : await(claim, waitMs));
  }

  private Future<Optional<Claimed>> await(Claim claim, long waitMs) {
    if (waiting.size() >= MOST) {
      return Future.failedFuture(
          new HoldfastException(ErrorCode.RATE_LIMITED, "too many workers wait at this node"));
    }
    Waiter waiter = new Waiter(claim);
    waiting.add(waiter);
    long timer = vertx.setTimer(waitMs, late -> giveUp(waiter));
    return waiter
        .promise
        .future()
        .onComplete(
            done -> {
              waiting.remove(waiter);
              vertx.cancelTimer(timer);
            });
  }

  /** A claim that is under way may still bring a run: it is not given up. */
  private void giveUp(Waiter waiter) {
    if (waiter.asking) {
      vertx.setTimer(100, later -> giveUp(waiter));
    } else {
      waiter.promise.tryComplete(Optional.empty());
    }
  }

  private Future<Optional<Claimed>> claim(Claim claim) {
    Set<String> tenants = claim.caller().tenants();
    return claiming.claim(
        claim.agent(), tenants.contains("*") ? Set.of() : tenants, claim.worker(), Ids.fresh());
  }

  /** A run of the agent has started at this node. */
  void started(String agent) {
    List<Waiter> all = new ArrayList<>(waiting);
    all.stream().filter(one -> one.claim.agent().equals(agent)).limit(4).forEach(Waiter::ask);
  }

  /** Asks for all that wait, one of each agent and service. */
  void tick() {
    Set<List<Object>> asked = new LinkedHashSet<>();
    for (Waiter one : new ArrayList<>(waiting)) {
      if (asked.add(List.of(one.claim.agent(), one.claim.caller().tenants()))) {
        one.ask();
      }
    }
  }

  /** Answers all that wait, so that they ask elsewhere. */
  void stop() {
    stopped = true;
    new ArrayList<>(waiting).forEach(this::giveUp);
  }

  int size() {
    return waiting.size();
  }
}
