package dev.holdfast.gateway.files;

import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.limits.Limit;
import dev.holdfast.limits.Limiter;
import dev.holdfast.limits.Place;
import io.vertx.core.Future;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Counts transfers of content among the connections of their user and tenant, for as long as they
 * last: one may be as slow as its client likes, and takes a socket and a file of the node all the
 * while. Confined to its event loop.
 */
final class TransferPlaces {
  private final Limiter limiter;

  TransferPlaces(Limiter limiter) {
    this.limiter = limiter;
  }

  /**
   * Makes a transfer that has a place until it is over, the request is answered, or its connection
   * ends. Fails with RATE_LIMITED if there is no place left.
   */
  Future<Void> during(FileRequest request, Supplier<Future<Void>> transfer) {
    ContextInternal context = ((VertxInternal) request.routing().vertx()).getOrCreateContext();
    String user = request.caller() instanceof Caller.User self ? self.user() : null;
    return limiter
        .enter(context, request.tenant(), user, Limit.CONNECTIONS, 1)
        .compose(place -> entered(request, place, transfer));
  }

  private static Future<Void> entered(
      FileRequest request, @Nullable Place place, Supplier<Future<Void>> transfer) {
    if (place == null) {
      return Future.failedFuture(
          HoldfastException.withPublicMessage(
              ErrorCode.RATE_LIMITED, "connections: more than the user or tenant may have"));
    }
    // Whichever comes: only the first counts.
    request.routing().addEndHandler(ended -> place.leave());
    return Future.<Void>succeededFuture()
        .compose(in -> transfer.get())
        .onComplete(over -> place.leave());
  }
}
