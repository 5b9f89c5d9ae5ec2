package dev.holdfast.gateway.http.publish;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.shareddata.Shareable;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Requests that wait at this node for a number of a publisher: each goes on as soon as that number
 * is stored here. A hint only: a request that gets none tries again after its time. Shared by the
 * node's event loops; safe on any thread.
 */
final class EarlyOnes implements Shareable {
  private static final String NAME = "holdfast.gateway.early";

  private final Map<String, Promise<Void>> waiting = new ConcurrentHashMap<>();

  static EarlyOnes of(Vertx vertx) {
    return vertx
        .sharedData()
        .<String, EarlyOnes>getLocalMap(NAME)
        .computeIfAbsent(NAME, none -> new EarlyOnes());
  }

  /**
   * @param number names channel, publisher and n
   * @param ms to wait at most
   */
  Future<Void> stored(ContextInternal context, String number, long ms) {
    Promise<Void> promise = context.promise();
    waiting.put(number, promise);
    context
        .owner()
        .setTimer(
            ms,
            late -> {
              waiting.remove(number, promise);
              promise.tryComplete();
            });
    return promise.future();
  }

  /** It is stored here: who waits for it goes on. */
  void announce(String number) {
    Promise<Void> promise = waiting.isEmpty() ? null : waiting.remove(number);
    if (promise != null) {
      promise.tryComplete();
    }
  }
}
