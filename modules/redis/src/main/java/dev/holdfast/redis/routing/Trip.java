package dev.holdfast.redis.routing;

import io.vertx.core.Promise;
import io.vertx.redis.client.Response;
import org.jspecify.annotations.Nullable;

/** A call on its way to a shard, perhaps by way of another. */
final class Trip<S> {
  final Task<S> task;
  final Promise<Response> promise;

  /** Later calls have greater numbers. */
  final long number;

  final long begun = System.nanoTime();

  /** The answer of the shard that it was at last; none: it was at none yet. */
  @Nullable Redirect redirect;

  @Nullable S last;

  int redirects;

  Trip(Task<S> task, Promise<Response> promise, long number) {
    this.task = task;
    this.promise = promise;
    this.number = number;
  }
}
