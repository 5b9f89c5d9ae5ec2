package dev.holdfast.limits.runs;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A number for each {@link RunLimit}: 0 to {@link #MOST}. 0 allows nothing. Tokens of {@link #MOST}
 * are no limit, and not counted.
 */
public record RunAmounts(Map<RunLimit, Long> amounts) {
  public static final long MOST = 1_000_000_000_000L;

  /** What a node's settings are without any. */
  public static final RunAmounts DEFAULTS =
      new RunAmounts(
          Map.of(
              RunLimit.USER_RUNS,
              5L,
              RunLimit.TENANT_RUNS,
              200L,
              RunLimit.STARTS,
              60L,
              RunLimit.START_BYTES,
              8L << 20,
              RunLimit.USER_TOKENS,
              MOST,
              RunLimit.TENANT_TOKENS,
              MOST));

  private static final String PREFIX = "runs.";

  public RunAmounts {
    if (amounts.size() < RunLimit.values().length) {
      throw new IllegalArgumentException("runs: not all limits, but " + amounts.keySet());
    }
    amounts = Map.copyOf(amounts);
  }

  public long of(RunLimit limit) {
    return amounts.getOrDefault(limit, 0L);
  }

  /** Returns whether a setting of a tenant is one of these. */
  public static boolean names(String setting) {
    return setting.startsWith(PREFIX);
  }

  /**
   * Returns a copy with one amount changed.
   *
   * @param setting as a tenant has it
   * @throws IllegalArgumentException if there is no such limit, or the amount is below 0 or too
   *     large; the message names the setting
   */
  public RunAmounts with(String setting, long amount) {
    for (RunLimit limit : RunLimit.values()) {
      if (setting.equals(PREFIX + limit.key())) {
        if (amount < 0 || amount > MOST) {
          throw new IllegalArgumentException(setting + ": 0 to " + MOST + ", not " + amount);
        }
        Map<RunLimit, Long> changed = new EnumMap<>(amounts);
        changed.put(limit, amount);
        return new RunAmounts(changed);
      }
    }
    throw new IllegalArgumentException(setting + ": no limit");
  }

  /** Returns all of them by the names that a tenant's settings have, in their order. */
  public Map<String, Long> byName() {
    Map<String, Long> all = new LinkedHashMap<>();
    for (RunLimit limit : RunLimit.values()) {
      all.put(PREFIX + limit.key(), of(limit));
    }
    return all;
  }
}
