package dev.holdfast.auth.config;

import org.jspecify.annotations.Nullable;

/** Places in the tokens of an issuer, where they differ from its preset or the defaults. */
public record IssuerClaims(
    @Nullable ClaimPath tenant,
    @Nullable ClaimPath user,
    @Nullable ClaimPath roles,
    @Nullable ClaimPath permissions,
    @Nullable ClaimPath session) {
  /** Nothing differs. */
  public static final IssuerClaims NONE = new IssuerClaims(null, null, null, null, null);

  ClaimPaths over(ClaimPaths defaults) {
    return new ClaimPaths(
        tenant == null ? defaults.tenant() : tenant,
        user == null ? defaults.user() : user,
        roles == null ? defaults.roles() : roles,
        permissions == null ? defaults.permissions() : permissions,
        session == null ? defaults.session() : session);
  }
}
