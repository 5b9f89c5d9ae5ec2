package dev.holdfast.gateway.connection;

import dev.holdfast.core.Caller;
import dev.holdfast.limits.FairShare;
import dev.holdfast.limits.FairShare.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * Counts what waits for a client that takes nothing as a part of the node's memory, as long as it
 * is blocked. If its user has too much of that memory, it is not kept. Confined to the event loop.
 */
final class Unsent {
  private final FairShare memory;
  private final int bytes;
  private Caller.@Nullable User holder;

  /**
   * @param bytes that are counted for one client
   */
  Unsent(FairShare memory, int bytes) {
    this.memory = memory;
    this.bytes = bytes;
  }

  /**
   * @param caller whose client it is; none: that is not known yet
   * @return false if there is no room for it
   */
  boolean tick(boolean blocked, Caller.@Nullable User caller) {
    if (!blocked && holder != null) {
      memory.give(holder.tenant(), holder.user(), bytes);
      holder = null;
    } else if (blocked && holder == null && caller != null) {
      boolean taken = memory.tryTake(caller.tenant(), caller.user(), bytes) == Outcome.TAKEN;
      holder = taken ? caller : null;
      return taken;
    }
    return true;
  }
}
