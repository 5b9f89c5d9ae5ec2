package dev.holdfast.limits;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The accounts of a node that are in use. The number of users is bounded. A user beyond the bound
 * has no account: only the tenant's limits hold for it, until there is room. Any thread.
 */
final class Accounts {
  private final Map<String, Tenant> tenants = new ConcurrentHashMap<>();
  private final AtomicInteger users = new AtomicInteger();
  private final Limits defaults;
  private final int most;
  private final Runnable untracked;
  private volatile Consumer<Tenant> fresh = tenant -> {};

  /**
   * @param most users that get an account
   * @param untracked called if a user gets no account
   */
  Accounts(Limits defaults, int most, Runnable untracked) {
    this.defaults = defaults;
    this.most = most;
    this.untracked = untracked;
  }

  /**
   * @param action gets each tenant that is new here; any thread
   */
  void onFresh(Consumer<Tenant> action) {
    fresh = action;
  }

  Tenant tenant(String name) {
    Tenant known = tenants.get(name);
    if (known != null) {
      return known;
    }
    Tenant added = new Tenant(name, defaults);
    Tenant other = tenants.putIfAbsent(name, added);
    if (other == null) {
      fresh.accept(added);
    }
    return other == null ? added : other;
  }

  /** Returns the account of a user; none: there is no room for another. */
  @Nullable Account user(Tenant tenant, String user) {
    Account known = tenant.known(user);
    if (known != null) {
      return known;
    }
    if (users.incrementAndGet() > most) {
      users.decrementAndGet();
      untracked.run();
      return null;
    }
    return tenant.user(user);
  }

  int users() {
    return users.get();
  }

  int tenants() {
    return tenants.size();
  }

  void eachTenant(Consumer<Tenant> action) {
    tenants.values().forEach(action);
  }

  void each(Consumer<Account> action) {
    eachTenant(
        tenant -> {
          action.accept(tenant.whole);
          tenant.eachUser(action);
        });
  }

  /** Forgets users and tenants that are idle. Called by one thread at a time. */
  void forgetIdle(long now) {
    int left = 0;
    for (Tenant tenant : tenants.values()) {
      tenant.forgetIdle(now);
      left += tenant.users();
      if (tenant.users() == 0 && tenant.whole.idle(now)) {
        tenants.remove(tenant.name, tenant);
      }
    }
    users.set(left);
  }
}
