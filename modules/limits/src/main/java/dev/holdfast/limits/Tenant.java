package dev.holdfast.limits;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A tenant that this node serves: its limits and its accounts. Any thread. */
final class Tenant {
  final String name;
  final Account whole;
  private final Map<String, Account> users = new ConcurrentHashMap<>();
  private volatile Limits limits;

  Tenant(String name, Limits limits) {
    this.name = name;
    this.limits = limits;
    this.whole = new Account(name, null, () -> this.limits.tenant());
  }

  Limits limits() {
    return limits;
  }

  void set(Limits changed) {
    limits = changed;
  }

  /** Returns the account of a user; none: this node has none. */
  @Nullable Account known(String user) {
    return users.get(user);
  }

  Account user(String user) {
    return users.computeIfAbsent(user, fresh -> new Account(name, fresh, () -> limits.user()));
  }

  int users() {
    return users.size();
  }

  void eachUser(Consumer<Account> action) {
    users.values().forEach(action);
  }

  void forgetIdle(long now) {
    users.values().removeIf(account -> account.idle(now));
  }
}
