package dev.holdfast.auth;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a token of an issuer has to say besides its signature, see {@link AuthConfig} and {@link
 * IssuerConfig}.
 *
 * @param organizations whether the tenant may stand in a list or as the name of a map's one member
 */
record IssuerRules(
    @Nullable String issuer,
    List<String> audience,
    Duration leeway,
    boolean requireExpiry,
    Duration longestLife,
    ClaimPaths claims,
    Map<String, String> needed,
    Set<String> authorizedParties,
    @Nullable String tenant,
    Set<String> tenants,
    boolean organizations,
    Map<String, List<String>> rolePermissions) {

  /** Returns the rules for tokens by the node's own keys. */
  static IssuerRules own(AuthConfig config) {
    return new IssuerRules(
        config.issuer(),
        config.audience(),
        config.leeway(),
        config.requireExpiry(),
        config.longestLife(),
        config.claims(),
        Map.of(),
        Set.of(),
        null,
        Set.of(),
        false,
        Map.of());
  }

  static IssuerRules of(AuthConfig config, IssuerConfig issuer) {
    return new IssuerRules(
        issuer.issuer(),
        issuer.audiences(),
        config.leeway(),
        config.requireExpiry(),
        config.longestLife(),
        issuer.paths(),
        issuer.needed(),
        issuer.authorizedParties(),
        issuer.tenant(),
        issuer.tenants(),
        issuer.preset() == Preset.KEYCLOAK,
        issuer.rolePermissions());
  }
}
