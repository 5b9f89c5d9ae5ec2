package dev.holdfast.redis.topology;

import io.vertx.core.Future;
import io.vertx.core.internal.ContextInternal;

/**
 * A master at an address that never changes: one server, or whatever stands behind that address.
 */
public record FixedMaster(ServerAddress address) implements MasterSource {
  @Override
  public Future<ServerAddress> master(ContextInternal caller) {
    return caller.succeededFuture(address);
  }

  @Override
  public boolean isMaster(ServerAddress server) {
    return true;
  }

  @Override
  public void listen(Runnable action) {
    // It never moves.
  }

  @Override
  public void forget(Runnable action) {
    // Nobody listens.
  }
}
