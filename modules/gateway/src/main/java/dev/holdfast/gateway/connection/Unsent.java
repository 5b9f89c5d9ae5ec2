package dev.holdfast.gateway.connection;

import dev.holdfast.core.Caller;
import dev.holdfast.limits.FairShare;
import dev.holdfast.limits.FairShare.Outcome;

/**
 * What waits for a client that takes nothing, as a part of the node's memory: counted as long as it
 * is blocked. Where its user has too much of that memory, it is not kept. Confined to the event
 * loop.
 */
final class Unsent {
  private final FairShare memory;
  private final int bytes;
  private Caller.User holder;

  /**
   * @param bytes that are counted for one client
   */
  Unsent(FairShare memory, int bytes) {
    this.memory = memory;
    this.bytes = bytes;
  }

  /**
   * @param caller whose client it is; null before that is known
   * @return false where there is no room for it
   */
  boolean tick(boolean blocked, Caller.User caller) {
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
