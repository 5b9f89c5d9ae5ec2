package dev.holdfast.redis.routing;

import io.vertx.core.Future;
import io.vertx.redis.client.Response;

/**
 * A call, which is made again at another shard if the first one did nothing.
 *
 * @param <S> a shard
 */
public interface Task<S> {
  /**
   * Writes it.
   *
   * @param asking whether the shard is to take it although it does not serve the slot yet
   */
  Future<Response> at(S shard, boolean asking);

  /** Returns the memory that it takes while it is held, in bytes, about. */
  long bytes();
}
