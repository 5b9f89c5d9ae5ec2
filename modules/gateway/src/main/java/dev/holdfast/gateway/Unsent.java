package dev.holdfast.gateway;

import dev.holdfast.core.Caller;
import dev.holdfast.gateway.Connection.Phase;
import dev.holdfast.limits.FairShare;
import dev.holdfast.limits.FairShare.Outcome;

/**
 * What waits for a client that takes nothing, as a part of the node's memory: counted as long as it
 * is blocked. Where its user has too much of that memory, it is not kept. Confined to the event
 * loop.
 */
final class Unsent {
  private final Connection connection;
  private final FairShare memory;
  private final int bytes;
  private Caller.User holder;

  Unsent(Connection connection) {
    this.connection = connection;
    this.memory = connection.loop.services.memory().frames();
    this.bytes = connection.loop.config.writeBuffer();
  }

  /**
   * @return false where there is no room for it
   */
  boolean tick(boolean blocked) {
    if (!blocked && holder != null) {
      memory.give(holder.tenant(), holder.user(), bytes);
      holder = null;
    } else if (blocked && holder == null && connection.phase() == Phase.ATTACHED) {
      Caller.User caller = connection.session().caller;
      boolean taken = memory.tryTake(caller.tenant(), caller.user(), bytes) == Outcome.TAKEN;
      holder = taken ? caller : null;
      return taken;
    }
    return true;
  }
}
