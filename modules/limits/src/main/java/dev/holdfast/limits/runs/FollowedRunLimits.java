package dev.holdfast.limits.runs;

import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.redis.Reply;
import dev.holdfast.redis.changes.ChangeFeed;
import io.vertx.core.Future;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The limits of tenants' runs, as they are set in Redis. They are read when they are asked for
 * first, and again after each change: a change holds once it was followed, see {@link #follow}. A
 * tenant's are some 500 bytes; of at most 10,000 tenants they are kept. Confined to the context of
 * its link.
 */
public final class FollowedRunLimits {
  private static final Logger LOG = LoggerFactory.getLogger(FollowedRunLimits.class);
  private static final int MOST = 10_000;

  private final RedisLink link;
  private final RunAmounts defaults;
  private final ChangeFeed changes;

  /** The tenant that was asked for last is the last. */
  private final Map<String, Future<RunAmounts>> known =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Future<RunAmounts>> eldest) {
          return size() > MOST;
        }
      };

  /**
   * @param defaults of tenants for which nothing else is set
   */
  public FollowedRunLimits(RedisLink link, RunAmounts defaults) {
    this.link = link;
    this.defaults = defaults;
    this.changes = new ChangeFeed(link, Keys.limitChanges(), known.keySet()::removeIf);
    link.onUp(slots -> changes.doubt());
  }

  /** Looks for changes, with one question for all tenants; to be called now and then. */
  public void follow() {
    changes.follow();
  }

  /** Returns the limits of a tenant; fails as Redis does. */
  public Future<RunAmounts> of(String tenant) {
    Future<RunAmounts> found = known.get(tenant);
    if (found == null) {
      Future<RunAmounts> read = link.send("HGETALL", Keys.limits(tenant)).map(this::read);
      known.put(tenant, read);
      read.onFailure(unread -> known.remove(tenant, read));
      found = read;
    }
    return found;
  }

  /** Ignores what this build does not know, and what is no number. */
  private RunAmounts read(Reply fields) {
    RunAmounts amounts = defaults;
    for (int i = 0; i + 1 < fields.size(); i += 2) {
      String name = fields.at(i).asText();
      if (RunAmounts.names(name)) {
        try {
          amounts = amounts.with(name, Long.parseLong(fields.at(i + 1).asText()));
        } catch (IllegalArgumentException e) {
          LOG.debug("limit not followed: {}", e.getMessage());
        }
      }
    }
    return amounts;
  }
}
