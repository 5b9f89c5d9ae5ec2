package dev.holdfast.auth;

import dev.holdfast.auth.config.AuthConfig;
import dev.holdfast.auth.config.ClaimPaths;
import dev.holdfast.auth.config.IssuerConfig;
import dev.holdfast.auth.config.Preset;
import dev.holdfast.auth.config.RolePermissions;
import dev.holdfast.auth.config.ServiceClients;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a token of an issuer has to say besides its signature, see {@link AuthConfig} and {@link
 * IssuerConfig}.
 *
 * @param closedTenant one that its tokens may not name; none: there is no such
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
    @Nullable String closedTenant,
    boolean organizations,
    RolePermissions roles,
    ServiceClients services) {

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
        null,
        false,
        RolePermissions.NONE,
        ServiceClients.NONE);
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
        null,
        issuer.preset() == Preset.KEYCLOAK,
        issuer.roles(),
        new ServiceClients(issuer.services(), issuer.preset()));
  }

  /** Returns the same for an issuer whose tokens may not name a tenant. */
  IssuerRules except(@Nullable String closed) {
    return new IssuerRules(
        issuer,
        audience,
        leeway,
        requireExpiry,
        longestLife,
        claims,
        needed,
        authorizedParties,
        tenant,
        tenants,
        closed,
        organizations,
        roles,
        services);
  }

  /** Returns whether tokens of the issuer may name a tenant. */
  boolean mayName(String named) {
    boolean listed =
        tenant == null ? tenants.isEmpty() || tenants.contains(named) : tenant.equals(named);
    return listed && !named.equals(closedTenant);
  }
}
