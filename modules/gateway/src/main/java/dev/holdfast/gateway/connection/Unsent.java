package dev.holdfast.gateway.connection;

import dev.holdfast.core.Caller;
import dev.holdfast.limits.FairShare;
import dev.holdfast.limits.FairShare.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * Counts the bytes that wait for a client as a part of the node's memory, as long as the client
 * takes nothing. A connection whose user has too much of that memory is not kept. Confined to the
 * event loop.
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
   * Counts or gives back.
   *
   * @param caller the client's user; none if it is not known yet
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
