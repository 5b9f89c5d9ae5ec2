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
  private final int least;
  private Caller.@Nullable User holder;
  private long counted;

  /**
   * @param least bytes that are counted for a client that takes nothing
   */
  Unsent(FairShare memory, int least) {
    this.memory = memory;
    this.least = least;
  }

  /**
   * Counts what waits for a client that takes nothing.
   *
   * @param waiting bytes; a snapshot alone may have some MiB
   * @param caller the client's user; none if it is not known yet
   * @return false if there is no room for it
   */
  boolean blocked(long waiting, Caller.@Nullable User caller) {
    Caller.User of = holder == null ? caller : holder;
    long more = Math.max(least, waiting) - counted;
    if (of == null || more <= 0) {
      return true;
    }
    if (memory.tryTake(of.tenant(), of.user(), more) != Outcome.TAKEN) {
      return false;
    }
    holder = of;
    counted += more;
    return true;
  }

  /** Gives everything back: the client takes again, or is gone. */
  void free() {
    if (holder != null) {
      memory.give(holder.tenant(), holder.user(), counted);
    }
    holder = null;
    counted = 0;
  }
}
