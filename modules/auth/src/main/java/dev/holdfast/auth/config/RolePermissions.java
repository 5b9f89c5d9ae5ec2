package dev.holdfast.auth.config;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The permissions that roles have at an issuer, besides those in its tokens.
 *
 * @param ofAll role → permissions
 * @param ofTenants tenant → role → permissions, in place of what the role has otherwise
 */
public record RolePermissions(
    Map<String, List<String>> ofAll, Map<String, Map<String, List<String>>> ofTenants) {
  /** No role has any. */
  public static final RolePermissions NONE = new RolePermissions(Map.of(), Map.of());

  /**
   * Returns what a role permits.
   *
   * @param tenants for which it is to be valid, at least one: what it permits in all of them
   */
  public Set<String> of(String role, Set<String> tenants) {
    Set<String> permitted = null;
    for (String tenant : tenants) {
      if (permitted == null) {
        permitted = new HashSet<>(in(tenant, role));
      } else {
        permitted.retainAll(in(tenant, role));
      }
    }
    return permitted == null ? Set.of() : permitted;
  }

  private List<String> in(String tenant, String role) {
    List<String> own = ofTenants.getOrDefault(tenant, Map.of()).get(role);
    return own == null ? ofAll.getOrDefault(role, List.of()) : own;
  }
}
