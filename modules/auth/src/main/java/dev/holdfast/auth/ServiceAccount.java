package dev.holdfast.auth;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The service that a token is of.
 *
 * @param client whose own token it is; none: known by an earlier build, which did not note it
 * @param tenants those that it acts for; at least one
 */
public record ServiceAccount(String service, @Nullable String client, Set<String> tenants) {
  /** Most tenants. */
  public static final int MOST_TENANTS = 100;

  public ServiceAccount {
    tenants = Set.copyOf(tenants);
  }
}
