package dev.holdfast.redis.topology;

import io.vertx.core.Future;
import io.vertx.core.internal.ContextInternal;

/**
 * A source of one fact: which server is the master of a shard now. There is one shard, until there
 * is a cluster, whose slot map will have a source for each. What it names was a master when it was
 * looked at; who connects there looks again. Any thread.
 */
public interface MasterSource {
  /**
   * Asks for the address to connect to; within some seconds.
   *
   * @param caller the context on which the answer comes
   * @return the address; or a failure whose message says why none is known
   */
  Future<ServerAddress> master(ContextInternal caller);

  /** Returns whether no other server than this one is known to be the master. */
  boolean isMaster(ServerAddress server);

  /**
   * @param action runs after another server has become the master, on any thread
   */
  void listen(Runnable action);

  /** Undoes {@link #listen}. */
  void forget(Runnable action);
}
