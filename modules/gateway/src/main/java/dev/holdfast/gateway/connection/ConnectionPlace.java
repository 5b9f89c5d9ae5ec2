package dev.holdfast.gateway.connection;

import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.limits.Cost;
import dev.holdfast.limits.Limit;
import dev.holdfast.limits.Limiter;
import dev.holdfast.limits.Place;
import io.vertx.core.Context;
import io.vertx.core.Future;
import org.jspecify.annotations.Nullable;

/**
 * The place of one connection among those of its user and tenant. Connects that come too fast, as
 * they do after a failure, wait a little. Confined to the event loop.
 */
final class ConnectionPlace {
  private static final long AWAIT_MS = 3_000;

  private final Context context;
  private final Limiter limiter;
  private final Caller.User caller;
  private final int channels;
  private @Nullable Place taken;
  private @Nullable Runnable used;
  private boolean forced;
  private boolean left;

  /**
   * @param channels the number that its request asks for
   */
  ConnectionPlace(Context context, Limiter limiter, Caller.User caller, int channels) {
    this.context = context;
    this.limiter = limiter;
    this.caller = caller;
    this.channels = channels;
  }

  /**
   * Takes a place. Fails if the user or tenant may have no more.
   *
   * @param replaces whether it comes in place of another connection; if so, it enters even if no
   *     place is left
   */
  Future<Void> enter(boolean replaces) {
    Cost cost = Cost.connect(channels);
    return limiter
        .await(context.owner(), caller.tenant(), caller.user(), cost, AWAIT_MS)
        .compose(wait -> wait == 0 ? place(replaces) : refused("connects"));
  }

  private Future<Void> place(boolean replaces) {
    forced = replaces;
    if (replaces) {
      has(limiter.force(caller.tenant(), caller.user(), Limit.CONNECTIONS, 1));
      return Future.succeededFuture();
    }
    return limiter
        .enter(context, caller.tenant(), caller.user(), Limit.CONNECTIONS, 1)
        .compose(this::entered);
  }

  private Future<Void> entered(@Nullable Place taken) {
    if (taken == null) {
      return refused("connections");
    }
    has(taken);
    return Future.succeededFuture();
  }

  /** Takes a place as others do, if it turned out to replace none. */
  Future<Void> confirm() {
    Place before = taken;
    if (!forced || left || before == null) {
      return Future.succeededFuture();
    }
    before.leave();
    return place(false);
  }

  private void has(Place taken) {
    this.taken = taken;
    if (left) {
      taken.leave();
    } else if (used == null) {
      used = limiter.uses().opened(caller.tenant());
    }
  }

  /** Gives the place back: the connection has ended. */
  void leave() {
    if (used != null && !left) {
      used.run();
    }
    left = true;
    if (taken != null) {
      taken.leave();
    }
  }

  private static Future<Void> refused(String limit) {
    String publicMessage = limit + ": more than the user or tenant may have";
    return Future.failedFuture(
        HoldfastException.withPublicMessage(ErrorCode.RATE_LIMITED, publicMessage));
  }
}
