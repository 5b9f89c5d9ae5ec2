package dev.holdfast.limits;

import dev.holdfast.limits.LimitStore.Changed;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the settings of tenants: reads those whose change is noted in Redis, with one question
 * for all tenants. Confined to the verticle's context.
 *
 * <p>A change without a note (by a node of an earlier build, by hand, or cut between the two steps)
 * is found as well, but later: each tick also reads the settings of every twelfth tenant.
 */
final class ChangedLimits {
  private static final Logger LOG = LoggerFactory.getLogger(ChangedLimits.class);

  private static final String BEGIN = "0-0";
  private static final int PARTS = 12;

  private final LimitStore store;
  private final Accounts accounts;
  private final LimitSettings settings;
  private String last = BEGIN;
  private long doubts;
  private boolean asking;
  private int part;

  ChangedLimits(LimitStore store, Accounts accounts, LimitSettings settings) {
    this.store = store;
    this.accounts = accounts;
    this.settings = settings;
  }

  /**
   * Reads all noted changes anew at the next tick: Redis may have gone back to older data, whose
   * ids may be smaller.
   */
  void doubt() {
    last = BEGIN;
    doubts++;
  }

  /** Asks for what changed, unless it is being asked for, and reads a part of all settings. */
  void follow() {
    part = (part + 1) % PARTS;
    read(tenant -> Math.floorMod(tenant.hashCode(), PARTS) == part);
    if (!asking) {
      asking = true;
      long asked = doubts;
      store
          .changesAfter(last)
          .onComplete(answered -> asking = false)
          .onSuccess(changes -> took(changes, asked))
          .onFailure(failure -> LOG.debug("changed limits: {}", failure.getMessage()));
    }
  }

  private void took(List<Changed> changes, long asked) {
    if (asked == doubts && !changes.isEmpty()) {
      last = changes.get(changes.size() - 1).id();
    }
    Set<String> changed = new HashSet<>();
    changes.forEach(one -> changed.add(one.tenant()));
    boolean mayBeMore = changes.size() == LimitStore.CHANGES;
    read(tenant -> mayBeMore || changed.contains(tenant));
  }

  private void read(Predicate<String> wanted) {
    accounts.eachTenant(
        tenant -> {
          if (wanted.test(tenant.name)) {
            settings.follow(tenant).onFailure(unread -> doubt());
          }
        });
  }
}
