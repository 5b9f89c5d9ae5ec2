package dev.holdfast.limits;

import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.redis.changes.ChangeFeed;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Limits that are set for single tenants. They are kept in Redis, and all nodes follow them. A
 * tenant without settings has the configured limits. Any thread, unless a method says otherwise.
 */
public final class LimitSettings {
  private static final Logger LOG = LoggerFactory.getLogger(LimitSettings.class);

  private final Context context;
  private final LimitStore store;
  private final Accounts accounts;
  private final Limits defaults;
  private final ChangeFeed changes;

  LimitSettings(
      Context context, RedisLink link, LimitStore store, Accounts accounts, Limits defaults) {
    this.context = context;
    this.store = store;
    this.accounts = accounts;
    this.defaults = defaults;
    this.changes = new ChangeFeed(link, Keys.limitChanges(), this::readAnew);
  }

  /** A tenant's limits in force, and those among them that are set for this tenant; by name. */
  public record View(Map<String, Long> limits, Map<String, Long> set) {}

  public Future<View> of(String tenant) {
    return onContext(() -> read(tenant));
  }

  /**
   * Sets limits of a tenant for all nodes. This node follows at once; if the others can't be
   * notified, this fails.
   *
   * @param changes by name; null: back to the configured value
   * @return the limits after the change
   * @throws IllegalArgumentException names each limit that is unknown, negative or too large;
   *     nothing is changed then
   */
  public Future<View> change(String tenant, Map<String, @Nullable Long> changes) {
    Map<String, Long> set = new LinkedHashMap<>();
    List<String> unset = new ArrayList<>();
    Map<String, Long> checked = new LinkedHashMap<>();
    changes.forEach(
        (name, amount) -> {
          checked.put(name, amount == null ? 0 : amount);
          if (amount == null) {
            unset.add(name);
          } else {
            set.put(name, amount);
          }
        });
    defaults.with(checked);
    return onContext(() -> change(tenant, set, unset).compose(done -> read(tenant)));
  }

  private Future<Void> change(String tenant, Map<String, Long> set, List<String> unset) {
    return store.change(tenant, set, unset).compose(done -> changes.note(tenant));
  }

  private Future<View> read(String tenant) {
    return store
        .settings(tenant)
        .map(set -> new View(known(set).byName(), set))
        .onSuccess(view -> accounts.tenant(tenant).set(known(view.set())));
  }

  /** Follows what was changed. Called on the context. */
  void follow() {
    changes.follow();
  }

  /** Reads the noted changes anew: Redis may have older data. Called on the context. */
  void doubt() {
    changes.doubt();
  }

  private void readAnew(Predicate<String> names) {
    accounts.eachTenant(
        tenant -> {
          if (names.test(tenant.name)) {
            follow(tenant).onFailure(unread -> changes.doubt());
          }
        });
  }

  /** Reads a tenant's settings and applies them. Called on the context. */
  Future<?> follow(Tenant tenant) {
    return store
        .settings(tenant.name)
        .onSuccess(set -> tenant.set(known(set)))
        .onFailure(failure -> LOG.debug("limits of {}: {}", tenant.name, failure.getMessage()));
  }

  /** Applies settings. Ignores what this version does not know: a newer node or a hand wrote it. */
  private Limits known(Map<String, Long> set) {
    Limits limits = defaults;
    for (var one : set.entrySet()) {
      try {
        limits = limits.with(Map.of(one.getKey(), one.getValue()));
      } catch (IllegalArgumentException e) {
        LOG.debug("limit not followed: {}", e.getMessage());
      }
    }
    return limits;
  }

  private <T> Future<T> onContext(Supplier<Future<T>> step) {
    Promise<T> promise = Promise.promise();
    context.runOnContext(now -> step.get().onComplete(promise));
    return promise.future();
  }
}
