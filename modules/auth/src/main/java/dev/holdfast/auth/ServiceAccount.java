package dev.holdfast.auth;

import java.util.Set;

/**
 * The service that a token is of.
 *
 * @param tenants those that it acts for; at least one
 */
public record ServiceAccount(String service, Set<String> tenants) {
  /** Most tenants. */
  public static final int MOST_TENANTS = 100;

  public ServiceAccount {
    tenants = Set.copyOf(tenants);
  }
}
