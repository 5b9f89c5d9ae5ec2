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

  /** The answer of the shard that it was at last; none: it goes to the one of the map. */
  @Nullable Redirect redirect;

  /** The newest that it ever was. */
  @Nullable Redirect answer;

  @Nullable S last;

  int redirects;

  Trip(Task<S> task, Promise<Response> promise, long number) {
    this.task = task;
    this.promise = promise;
    this.number = number;
  }
}
