package dev.holdfast.limits;

import java.time.Duration;
import java.util.Objects;

/**
 * The limits of every tenant for which nothing else is set.
 *
 * @param tenant for each tenant as a whole
 * @param user for each user
 * @param follow interval at which a tenant's own settings are read: 100 ms to 1 min
 */
public record LimitsConfig(Amounts tenant, Amounts user, Duration follow) {
  public static final LimitsConfig DEFAULTS =
      new LimitsConfig(Amounts.TENANT, Amounts.USER, Duration.ofSeconds(5));

  public LimitsConfig {
    Objects.requireNonNull(tenant, "tenant");
    Objects.requireNonNull(user, "user");
    boolean within =
        follow.compareTo(Duration.ofMillis(100)) >= 0
            && follow.compareTo(Duration.ofMinutes(1)) <= 0;
    if (!within) {
      throw new IllegalArgumentException("follow: 100 ms to 1 min, not " + follow);
    }
  }

  Limits limits() {
    return new Limits(tenant, user);
  }
}
