package dev.holdfast.sessions.store;

import dev.holdfast.core.Ids;
import dev.holdfast.redis.Keys;

/**
 * Limits of sessions that live, attached or not; 0: none. A tenant's sessions are counted in as
 * many parts as its index has, and each part has its share of the limit. So there are never more,
 * and near the limit an id is refused if its part is full.
 *
 * @param tenant of a tenant as a whole
 * @param user of each of its users
 */
public record SessionLimits(long tenant, long user) {
  public static final SessionLimits NONE = new SessionLimits(Long.MAX_VALUE, Long.MAX_VALUE);

  public SessionLimits {
    if (tenant < 0 || user < 0) {
      throw new IllegalArgumentException("sessions: from 0");
    }
  }

  /** Returns the limit of one part of the tenant's index. */
  public long share(int shard) {
    return tenant / Keys.SHARDS + (shard < tenant % Keys.SHARDS ? 1 : 0);
  }

  /** Returns whether the id's part may have sessions. */
  public boolean takes(String id) {
    return share(Keys.shard(id)) > 0;
  }

  /** Returns an id whose part may have sessions; not for a tenant that may have none. */
  public String freshId() {
    String id = Ids.fresh();
    while (!takes(id)) {
      id = Ids.fresh();
    }
    return id;
  }
}
