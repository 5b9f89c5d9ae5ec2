package dev.holdfast.loadtest.worker;

import dev.holdfast.cluster.Cluster;
import dev.holdfast.cluster.ClusterConfig;
import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Ids;
import dev.holdfast.core.bus.Bus;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.loadtest.plan.Address;
import dev.holdfast.sessions.SessionMessage;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Joins the event bus of the target, and waits until one of its nodes answers there. */
public final class BusMember {
  private static final long JOIN_S = 60;
  private static final long PAUSE_MS = 100;
  private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(30);
  private static final Duration QUESTION = Duration.ofSeconds(2);

  private final Vertx own;
  private final Vertx member;
  private final long until = System.nanoTime() + PATIENCE_NS;

  private BusMember(Vertx own, Vertx member) {
    this.own = own;
    this.member = member;
  }

  /**
   * @param own runs the waiting
   * @return a Vert.x that is a member; fails if no node answers within half a minute
   */
  public static Future<Vertx> join(Vertx own, Address.BusAddress bus) {
    String members = String.join(",", bus.members());
    ClusterConfig config = ClusterConfig.joining(bus.cluster(), members, bus.secret());
    return own.executeBlocking(() -> Cluster.join(config))
        .compose(joining -> joining)
        .timeout(JOIN_S, TimeUnit.SECONDS)
        .compose(member -> new BusMember(own, member).answered());
  }

  private Future<Vertx> answered() {
    return ask().recover(this::again).map(member);
  }

  /** Asks for a session that never existed: NOT_FOUND is a node's answer. */
  private Future<Void> ask() {
    var self = new Caller.Service("load", Ids.fresh(), Set.of("*"), Set.of());
    return new ServiceClient(new Bus(member), QUESTION)
        .ask(new SessionMessage.Get(self, "load", Ids.fresh()))
        .<Void>mapEmpty()
        .recover(BusMember::isAnswer);
  }

  private static Future<Void> isAnswer(Throwable failure) {
    return HoldfastException.from(failure).code() == ErrorCode.NOT_FOUND
        ? Future.succeededFuture()
        : Future.failedFuture(failure);
  }

  private Future<Void> again(Throwable failure) {
    if (System.nanoTime() > until) {
      String message = "no node answers on the event bus: " + failure.getMessage();
      return own.executeBlocking(member::close)
          .compose(closing -> closing)
          .transform(closed -> Future.failedFuture(message));
    }
    return own.timer(PAUSE_MS, TimeUnit.MILLISECONDS)
        .compose(later -> ask())
        .recover(this::again)
        .mapEmpty();
  }
}
