package dev.holdfast.auth.config;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What is known of the access tokens of a provider; a configured issuer may differ from it. */
public enum Preset {
  /** Its {@code user_metadata}, which users write themselves, is never read. */
  SUPABASE(
      "/.well-known/jwks.json",
      paths(
          "app_metadata.tenant_id", "app_metadata.roles", "app_metadata.permissions", "session_id"),
      List.of("authenticated"),
      Map.of("role", "authenticated")),
  AUTH0(
      "/.well-known/jwks.json",
      paths("org_id", "roles", "permissions", "sid"),
      List.of(),
      Map.of()),
  /** Its key set has an address of its own, with the client's id. */
  WORKOS(null, paths("org_id", "roles", "permissions", "sid"), List.of(), Map.of()),
  /** Its tokens name the page that they were made for, which has to be configured. */
  CLERK(
      "/.well-known/jwks.json", paths("o.id", "o.rol", "permissions", "sid"), List.of(), Map.of()),
  /** The organization is a list, or a map by name. An ID token is no access token. */
  KEYCLOAK(
      "/protocol/openid-connect/certs",
      paths("organization", "realm_access.roles", "permissions", "sid"),
      List.of(),
      Map.of("typ", "Bearer"));

  /** The algorithms of all of them, unless others are configured. */
  static final Set<Algorithm> ALGORITHMS = Set.of(Algorithm.RS256, Algorithm.ES256);

  private final @Nullable String keySet;
  final ClaimPaths claims;
  final List<String> audience;
  final Map<String, String> needed;

  Preset(
      @Nullable String keySet,
      ClaimPaths claims,
      List<String> audience,
      Map<String, String> needed) {
    this.keySet = keySet;
    this.claims = claims;
    this.audience = audience;
    this.needed = needed;
  }

  /** Returns the address of an issuer's key set; none: its name does not give it. */
  @Nullable String keySet(String issuer) {
    return keySet == null ? null : issuer.replaceFirst("/$", "") + keySet;
  }

  private static ClaimPaths paths(String tenant, String roles, String permissions, String session) {
    return new ClaimPaths(
        ClaimPath.parse(tenant),
        ClaimPath.parse("sub"),
        ClaimPath.parse(roles),
        ClaimPath.parse(permissions),
        ClaimPath.parse(session));
  }
}
