package dev.holdfast.gateway.subscription;

import dev.holdfast.channels.fanout.FrameSink;
import dev.holdfast.channels.fanout.Start;
import dev.holdfast.core.Access;
import dev.holdfast.core.Caller;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Position;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.gateway.session.ClientSession;
import dev.holdfast.protocol.ReadFrom;
import dev.holdfast.protocol.ServerFrames;
import dev.holdfast.runs.RunMessage;
import dev.holdfast.runs.RunSnapshot;
import dev.holdfast.runs.RunView;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.concurrent.TimeUnit;

/**
 * How one connection reads the channels of runs: its user's own without a permission, and from a
 * snapshot. One snapshot after the other, while the client takes what it is sent: each may have
 * megabytes. Confined to the event loop.
 */
public final class RunReadings {
  private static final long LOOK_MS = 50;
  private static final long AGAIN_MS = 1_000;
  private static final long TRIED_MS = 30_000;

  private final Vertx vertx;
  private final ClientSession session;
  private final FrameSink sink;
  private final ServiceClient services;
  private Future<?> before = Future.succeededFuture();

  /**
   * @param services asks the services of this process
   */
  public RunReadings(Vertx vertx, ClientSession session, FrameSink sink, ServiceClient services) {
    this.vertx = vertx;
    this.session = session;
    this.sink = sink;
    this.services = services;
  }

  /**
   * Returns how a run's channel is to be read; fails with FORBIDDEN if the user may not, with
   * NOT_FOUND if a snapshot is wanted and the run is no longer kept. What is not its own is refused
   * as what never was.
   */
  Future<Reading> reading(ChannelName name, ReadFrom from) {
    if (from.place() == ReadFrom.Place.SNAPSHOT) {
      Future<Reading> next = before.transform(done -> ready()).compose(go -> snapshot(name));
      before = next;
      return next;
    }
    Reading reading = new Reading(name, SubscribeRequests.start(from), false);
    if (mayRead(session.caller(), name)) {
      return Future.succeededFuture(reading);
    }
    return own(name).map(own -> reading.granted()).recover(failure -> refused(name, failure));
  }

  private boolean mayRead(Caller caller, ChannelName name) {
    return Access.mayRead(caller, session.ref().session(), session.channel(name));
  }

  /** Returns whether a run is the user's own. Fails if that can't be said in half a minute. */
  Future<Boolean> isOwn(ChannelName name) {
    return isOwn(name, System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(TRIED_MS));
  }

  private Future<Boolean> isOwn(ChannelName name, long until) {
    return Future.succeededFuture()
        .compose(go -> own(name))
        .map(true)
        .recover(
            failure -> {
              ErrorCode code = HoldfastException.from(failure).code();
              if (!code.retryable) {
                return Future.succeededFuture(false);
              }
              boolean over = System.nanoTime() - until >= 0;
              return over || code == ErrorCode.NO_SERVICE || sink.isClosed()
                  ? Future.failedFuture(failure)
                  : vertx.timer(AGAIN_MS).compose(later -> isOwn(name, until));
            });
  }

  private Future<RunView> own(ChannelName name) {
    return services.ask(new RunMessage.Get(session.caller(), session.tenant(), name.id()));
  }

  /** Refuses with the failure; if the user may not know of the run, as what never was. */
  private Future<Reading> noSnapshot(ChannelName name, boolean may, Throwable failure) {
    return may || !isUnknown(failure)
        ? Future.failedFuture(failure)
        : own(name)
            .transform(
                own -> own.succeeded() ? Future.failedFuture(failure) : refused(name, own.cause()));
  }

  private Future<Void> ready() {
    if (sink.isClosed()) {
      return Future.failedFuture(new HoldfastException(ErrorCode.UNAVAILABLE, "closed meanwhile"));
    }
    return sink.writable()
        ? Future.succeededFuture()
        : vertx.timer(LOOK_MS).compose(later -> ready());
  }

  /** Without a permission of the caller that asks, only its own run is answered. */
  private Future<Reading> snapshot(ChannelName name) {
    Caller caller = session.caller(); // one for both: a refresh may come in between
    boolean may = mayRead(caller, name);
    return services
        .ask(new RunMessage.Snapshot(caller, session.tenant(), name.id()))
        .map(
            snapshot -> {
              Reading reading = from(name, snapshot);
              return may ? reading : reading.granted();
            })
        .recover(failure -> noSnapshot(name, may, failure));
  }

  private static Reading from(ChannelName name, RunSnapshot snapshot) {
    Position at = snapshot.at();
    String document = snapshot.document();
    return at == null || document == null
        ? new Reading(name, Start.earliest(), false)
        : new Reading(name, Start.after(at), false)
            .beginningWith(ServerFrames.snapshot(name, at, document));
  }

  private static <T> Future<T> refused(ChannelName name, Throwable failure) {
    return Future.failedFuture(
        isUnknown(failure)
            ? HoldfastException.withPublicMessage(ErrorCode.FORBIDDEN, "needs subscribe:" + name)
            : failure);
  }

  private static boolean isUnknown(Throwable failure) {
    return HoldfastException.from(failure).code() == ErrorCode.NOT_FOUND;
  }
}
