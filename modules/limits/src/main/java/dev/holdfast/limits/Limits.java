package dev.holdfast.limits;

import dev.holdfast.limits.runs.RunAmounts;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A tenant's limits: those of the tenant as a whole, of each of its users, and of runs. Their names
 * in settings are {@code tenant.<limit>}, {@code user.<limit>} and {@code runs.<limit>}.
 */
public record Limits(Amounts tenant, Amounts user, RunAmounts runs) {
  private static final String TENANT = "tenant.";
  private static final String USER = "user.";

  /** Those of runs are the defaults. */
  public Limits(Amounts tenant, Amounts user) {
    this(tenant, user, RunAmounts.DEFAULTS);
  }

  /** Returns a copy with others for runs. */
  Limits with(RunAmounts others) {
    return new Limits(tenant, user, others);
  }

  /**
   * Returns a copy with these changed.
   *
   * @throws IllegalArgumentException names each that is unknown, below 0 or too large
   */
  public Limits with(Map<String, Long> settings) {
    Limits changed = this;
    List<String> problems = new ArrayList<>();
    for (var setting : settings.entrySet()) {
      try {
        changed = changed.with(setting.getKey(), setting.getValue());
      } catch (IllegalArgumentException e) {
        problems.add(e.getMessage());
      }
    }
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", problems));
    }
    return changed;
  }

  private Limits with(String name, long amount) {
    if (RunAmounts.names(name)) {
      return new Limits(tenant, user, runs.with(name, amount));
    }
    for (Limit limit : Limit.values()) {
      if (name.equals(TENANT + limit.key())) {
        return new Limits(checked(tenant, TENANT, limit, amount), user, runs);
      }
      if (name.equals(USER + limit.key())) {
        return new Limits(tenant, checked(user, USER, limit, amount), runs);
      }
    }
    throw new IllegalArgumentException(name + ": no limit");
  }

  private static Amounts checked(Amounts amounts, String scope, Limit limit, long amount) {
    try {
      return amounts.with(limit, amount);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(scope + e.getMessage(), e);
    }
  }

  /** Returns all of them by name, in their order. */
  public Map<String, Long> byName() {
    Map<String, Long> all = new LinkedHashMap<>();
    for (Limit limit : Limit.values()) {
      all.put(TENANT + limit.key(), tenant.of(limit));
    }
    for (Limit limit : Limit.values()) {
      all.put(USER + limit.key(), user.of(limit));
    }
    all.putAll(runs.byName());
    return all;
  }
}
