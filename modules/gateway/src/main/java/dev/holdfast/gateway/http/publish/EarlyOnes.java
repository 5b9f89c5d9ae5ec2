package dev.holdfast.gateway.http.publish;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.shareddata.Shareable;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Requests at this node that wait for a number of a publisher. Each goes on as soon as that number
 * is stored here. This is only a hint: a request that gets none tries again after its time. Shared
 * by the node's event loops; safe on any thread.
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
   * Completes when the number is stored here, or after the wait.
   *
   * @param number names channel, publisher and n
   * @param ms the longest wait
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

  /** Reports that a number is stored here: the request that waits for it goes on. */
  void announce(String number) {
    Promise<Void> promise = waiting.isEmpty() ? null : waiting.remove(number);
    if (promise != null) {
      promise.tryComplete();
    }
  }
}
