package dev.holdfast.limits;

import dev.holdfast.core.bounds.Budget;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A part of a node's memory that everybody shares. A tenant and a user get at most a part of it
 * each, so that nobody can take all. Whoever holds nothing gets one piece of any size if the node
 * has room. Any thread.
 */
public final class FairShare {
  private final Budget.Share share;
  private final int tenantParts;
  private final int userParts;
  private final Map<String, Long> taken = new HashMap<>();

  /** The outcome of a try. */
  public enum Outcome {
    TAKEN,
    /** The tenant or the user holds its whole part already. */
    PART_FULL,
    /** The node has no room. */
    NODE_FULL
  }

  FairShare(Budget.Share share, int tenantParts, int userParts) {
    this.share = share;
    this.tenantParts = tenantParts;
    this.userParts = userParts;
  }

  /**
   * Takes bytes, which have to be given back.
   *
   * @param user null: a service
   */
  public synchronized Outcome tryTake(String tenant, @Nullable String user, long bytes) {
    boolean fits =
        fits(tenant, bytes, share.limit() / tenantParts)
            && (user == null || fits(key(tenant, user), bytes, share.limit() / userParts));
    if (!fits) {
      return Outcome.PART_FULL;
    }
    if (!share.tryTake(bytes)) {
      return Outcome.NODE_FULL;
    }
    add(tenant, bytes);
    if (user != null) {
      add(key(tenant, user), bytes);
    }
    return Outcome.TAKEN;
  }

  /**
   * Takes bytes also past all parts: of what is there already and can't be refused. They have to be
   * given back.
   *
   * @param user null: a service
   */
  public synchronized void take(String tenant, @Nullable String user, long bytes) {
    share.take(bytes);
    add(tenant, bytes);
    if (user != null) {
      add(key(tenant, user), bytes);
    }
  }

  /** Gives back what was taken; called once for each time. */
  public synchronized void give(String tenant, @Nullable String user, long bytes) {
    share.give(bytes);
    add(tenant, -bytes);
    if (user != null) {
      add(key(tenant, user), -bytes);
    }
  }

  private boolean fits(String key, long bytes, long most) {
    long has = taken.getOrDefault(key, 0L);
    return has == 0 || has + bytes <= most;
  }

  private void add(String key, long bytes) {
    long has = taken.getOrDefault(key, 0L) + bytes;
    if (has == 0) {
      taken.remove(key);
    } else {
      taken.put(key, has);
    }
  }

  /** Joins both names by a line break, which no tenant's name contains. */
  private static String key(String tenant, String user) {
    return tenant + '\n' + user;
  }
}
