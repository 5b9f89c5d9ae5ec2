package dev.holdfast.auth.config;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The places in a token that say who it is for. Tenant and user are single strings; roles and
 * permissions are lists of strings, or one string with blanks between, or absent; the session is
 * one string, or absent.
 *
 * @param session the login at the issuer, by which all of its tokens can be revoked; none: not read
 */
public record ClaimPaths(
    ClaimPath tenant,
    ClaimPath user,
    ClaimPath roles,
    ClaimPath permissions,
    @Nullable ClaimPath session) {
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

  /** Makes one that reads no session. */
  public ClaimPaths(ClaimPath tenant, ClaimPath user, ClaimPath roles, ClaimPath permissions) {
    this(tenant, user, roles, permissions, null);
  }
}
