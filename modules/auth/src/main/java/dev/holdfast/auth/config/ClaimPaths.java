package dev.holdfast.auth.config;

import java.util.Objects;

/**
 * The places in a token that say who it is for. Tenant and user are single strings; roles and
 * permissions are lists of strings, or one string with blanks between, or absent.
 */
public record ClaimPaths(ClaimPath tenant, ClaimPath user, ClaimPath roles, ClaimPath permissions) {
  public static final ClaimPaths DEFAULTS =
      new ClaimPaths(
          ClaimPath.parse("app_metadata.tenant_id"),
          ClaimPath.parse("sub"),
          ClaimPath.parse("app_metadata.roles"),
          ClaimPath.parse("app_metadata.permissions"));

  public ClaimPaths {
    Objects.requireNonNull(tenant, "tenant");
    Objects.requireNonNull(user, "user");
    Objects.requireNonNull(roles, "roles");
    Objects.requireNonNull(permissions, "permissions");
  }
}
