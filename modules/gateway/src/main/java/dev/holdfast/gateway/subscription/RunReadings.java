package dev.holdfast.gateway.subscription;

import dev.holdfast.channels.fanout.FrameSink;
import dev.holdfast.channels.fanout.Start;
import dev.holdfast.core.Access;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Position;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.gateway.session.ClientSession;
import dev.holdfast.protocol.ClientFrame;
import dev.holdfast.protocol.ReadFrom;
import dev.holdfast.protocol.ServerFrames;
import dev.holdfast.runs.RunMessage;
import dev.holdfast.runs.RunSnapshot;
import dev.holdfast.runs.RunView;
import io.vertx.core.Future;
import io.vertx.core.Vertx;

/**
 * How one connection reads the channels of runs: its user's own without a permission, and from a
 * snapshot. One snapshot after the other, while the client takes what it is sent: each may have
 * megabytes. Confined to the event loop.
 */
public final class RunReadings {
  private static final long LOOK_MS = 50;
  private static final long AGAIN_MS = 1_000;
  private static final int MOST_TRIES = 30;

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
  Future<Reading> reading(ClientFrame.Subscribe frame) {
    ChannelName name = frame.channel();
    boolean may = Access.mayRead(session.caller(), session.ref().session(), session.channel(name));
    if (frame.from().place() == ReadFrom.Place.SNAPSHOT) {
      Future<Reading> next = before.transform(done -> ready()).compose(go -> snapshot(name, may));
      before = next;
      return next.recover(failure -> noSnapshot(name, may, failure));
    }
    Reading reading = new Reading(name, SubscribeRequests.start(frame.from()), false);
    if (may) {
      return Future.succeededFuture(reading);
    }
    return own(name).map(own -> reading.granted()).recover(failure -> refused(name, failure));
  }

  /** Returns whether a run is the user's own. Fails if that can't be said for long. */
  Future<Boolean> isOwn(ChannelName name) {
    return isOwn(name, 1);
  }

  /** Returns whether a run is known now to be the user's own. */
  Future<Boolean> isOwnNow(ChannelName name) {
    return Future.succeededFuture().compose(go -> own(name)).map(true).otherwise(false);
  }

  private Future<Boolean> isOwn(ChannelName name, int tries) {
    return Future.succeededFuture()
        .compose(go -> own(name))
        .map(true)
        .recover(
            failure -> {
              ErrorCode code = HoldfastException.from(failure).code();
              if (!code.retryable) {
                return Future.succeededFuture(false);
              }
              return tries == MOST_TRIES || code == ErrorCode.NO_SERVICE || sink.isClosed()
                  ? Future.failedFuture(failure)
                  : vertx.timer(AGAIN_MS).compose(later -> isOwn(name, tries + 1));
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

  private Future<Reading> snapshot(ChannelName name, boolean may) {
    return services
        .ask(new RunMessage.Snapshot(session.caller(), session.tenant(), name.id()))
        .map(
            snapshot -> {
              Reading reading = from(name, snapshot);
              return may ? reading : reading.granted();
            });
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
