package dev.holdfast.redis;

import dev.holdfast.redis.routing.Task;
import io.vertx.core.Future;
import io.vertx.redis.client.Response;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The shards behind a link. Confined to its context, unless a method says otherwise. */
interface Shards {
  /** Completes when a link can be given out. */
  Future<Void> open();

  /**
   * Makes a call at the shard that serves a key.
   *
   * @param key none: at the shard of the nodes' leases
   */
  Future<Response> call(@Nullable String key, Task<Shard> task);

  /** Returns the shard that serves a key; none: nobody does. Any thread. */
  @Nullable Shard of(String key);

  /** Any thread. */
  List<Shard> all();

  /** Returns whether each shard that serves slots serves one of {@code ShardTags}. Any thread. */
  boolean areTagged();

  /** Returns a description of what can't be reached; empty: nothing is missing. Any thread. */
  Optional<String> trouble();

  Future<Void> close();

  /** The one shard of a server without a cluster. */
  record One(Shard shard) implements Shards {
    @Override
    public Future<Void> open() {
      return shard.open();
    }

    @Override
    public Future<Response> call(@Nullable String key, Task<Shard> task) {
      return task.at(shard, false);
    }

    @Override
    public Shard of(String key) {
      return shard;
    }

    @Override
    public List<Shard> all() {
      return List.of(shard);
    }

    @Override
    public boolean areTagged() {
      return false;
    }

    @Override
    public Optional<String> trouble() {
      return Optional.empty();
    }

    @Override
    public Future<Void> close() {
      return shard.close();
    }
  }
}
