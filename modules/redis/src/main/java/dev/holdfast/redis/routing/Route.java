package dev.holdfast.redis.routing;

import dev.holdfast.redis.topology.ServerAddress;
import org.jspecify.annotations.Nullable;

/**
 * The shards that calls may go to.
 *
 * @param <S> a shard
 */
public interface Route<S> {
  /** Returns the shard that serves a slot; none: nobody does. */
  @Nullable S owner(int slot);

  /** Returns the shard whose master is at this address; none: none can be used. */
  @Nullable S at(ServerAddress address);

  /** Is called when the map seems to be old. */
  void doubt();
}
