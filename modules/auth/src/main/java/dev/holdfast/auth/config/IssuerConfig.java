package dev.holdfast.auth.config;

import dev.holdfast.auth.jwks.JwksClient;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Names;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An issuer whose tokens are trusted besides those of the node's own keys. A token belongs to the
 * one issuer whose name is its {@code iss}.
 *
 * @param issuer what {@code iss} is, exactly
 * @param preset the provider; none: the defaults of the own keys
 * @param audience one of these must be in {@code aud}; empty: that of the preset, or any
 * @param algorithms those that it may use; empty: RS256 and ES256. For keys by URL only
 * @param keys a token must be signed with one of them; empty: those of {@code jwks}
 * @param jwks address of its key set; none: that of the preset
 * @param tenant of all of its tokens; none: they name it
 * @param tenants those that its tokens may name; empty: any
 * @param authorizedParties one of these must be {@code azp}; empty: not checked
 * @param claims where tenant, user, roles and permissions stand
 * @param rolePermissions permissions that a role has, besides those in the token
 * @param services clients whose own tokens are those of services: client → name of the service
 * @param tenantRoles permissions that a role has in one tenant, in place of those in {@code
 *     rolePermissions}: tenant → role → permissions
 */
public record IssuerConfig(
    String issuer,
    @Nullable Preset preset,
    List<String> audience,
    Set<Algorithm> algorithms,
    List<VerificationKey> keys,
    @Nullable String jwks,
    @Nullable String tenant,
    Set<String> tenants,
    Set<String> authorizedParties,
    IssuerClaims claims,
    Map<String, List<String>> rolePermissions,
    Map<String, String> services,
    Map<String, Map<String, List<String>>> tenantRoles) {
  public IssuerConfig {
    audience = audience == null ? List.of() : List.copyOf(audience);
    algorithms =
        algorithms == null || algorithms.isEmpty() ? Preset.ALGORITHMS : Set.copyOf(algorithms);
    keys = keys == null ? List.of() : List.copyOf(keys);
    tenants = tenants == null ? Set.of() : Set.copyOf(tenants);
    authorizedParties = authorizedParties == null ? Set.of() : Set.copyOf(authorizedParties);
    claims = claims == null ? IssuerClaims.NONE : claims;
    rolePermissions = rolePermissions == null ? Map.of() : new TreeMap<>(rolePermissions);
    services = services == null ? Map.of() : new TreeMap<>(services);
    tenantRoles = sorted(tenantRoles);
    var problems = new ArrayList<String>();
    ServiceClients.check(services, problems);
    if (issuer == null || issuer.isBlank()) {
      problems.add("issuer: missing");
    } else {
      checkKeys(issuer, preset, keys, jwks, problems);
    }
    if (algorithms.stream().anyMatch(Algorithm::symmetric)) {
      problems.add("algorithms: a key set has public keys only");
    }
    if (preset == Preset.CLERK && authorizedParties.isEmpty()) {
      problems.add("authorizedParties: clerk needs the origins of its pages");
    }
    if (preset == Preset.AUTH0 && audience.isEmpty()) {
      problems.add("audience: auth0 needs the identifier of the API");
    }
    checkTenants(tenant, tenants, problems);
    checkNames(tenantRoles.keySet(), "tenantRoles", problems);
    checkRoles(rolePermissions, "rolePermissions", problems);
    tenantRoles.values().forEach(roles -> checkRoles(roles, "tenantRoles", problems));
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", problems));
    }
  }

  /** Returns the address of its key set; none: its keys are configured. */
  public @Nullable String keySet() {
    return address(issuer, preset, keys, jwks);
  }

  /** Returns the audiences of which one is needed; empty: any is taken. */
  public List<String> audiences() {
    return audience.isEmpty() && preset != null ? preset.audience : audience;
  }

  /** Returns the claims that say who it is. */
  public ClaimPaths paths() {
    return claims.over(preset == null ? ClaimPaths.DEFAULTS : preset.claims);
  }

  private static Map<String, Map<String, List<String>>> sorted(
      @Nullable Map<String, Map<String, List<String>>> tenantRoles) {
    Map<String, Map<String, List<String>>> sorted = new TreeMap<>();
    if (tenantRoles != null) {
      tenantRoles.forEach((tenant, roles) -> sorted.put(tenant, sortedRoles(roles)));
    }
    return sorted;
  }

  private static Map<String, List<String>> sortedRoles(@Nullable Map<String, List<String>> roles) {
    if (roles == null) {
      throw new IllegalArgumentException("tenantRoles: the roles of a tenant are missing");
    }
    return new TreeMap<>(roles);
  }

  /** Returns what its roles permit. */
  public RolePermissions roles() {
    return new RolePermissions(rolePermissions, tenantRoles);
  }

  /** Returns claims that must have a value. */
  public Map<String, String> needed() {
    return preset == null ? Map.of() : preset.needed;
  }

  private static @Nullable String address(
      String issuer, @Nullable Preset preset, List<VerificationKey> keys, @Nullable String jwks) {
    if (jwks != null || !keys.isEmpty()) {
      return jwks;
    }
    return preset == null ? null : preset.keySet(issuer);
  }

  private static void checkKeys(
      String issuer,
      @Nullable Preset preset,
      List<VerificationKey> keys,
      @Nullable String jwks,
      List<String> problems) {
    String address = address(issuer, preset, keys, jwks);
    if (address == null && keys.isEmpty()) {
      problems.add("jwks: the address of the key set is missing");
    } else if (address != null && !keys.isEmpty()) {
      problems.add("keys: either keys or jwks");
    } else if (address != null) {
      try {
        JwksClient.checked(address);
      } catch (IllegalArgumentException e) {
        problems.add("jwks: " + e.getMessage());
      }
    }
  }

  private static void checkTenants(
      @Nullable String tenant, Set<String> tenants, List<String> problems) {
    if (tenant != null && !tenants.isEmpty()) {
      problems.add("tenants: either tenant or tenants");
    }
    checkNames(tenant == null ? tenants : Set.of(tenant), "tenants", problems);
  }

  private static void checkRoles(
      Map<String, List<String>> roles, String member, List<String> problems) {
    if (roles.values().stream().anyMatch(Objects::isNull)) {
      problems.add(member + ": a list of permissions is missing");
    }
  }

  private static void checkNames(Set<String> tenants, String member, List<String> problems) {
    try {
      tenants.forEach(Names::tenant);
    } catch (HoldfastException e) {
      problems.add(member + ": " + e.getMessage());
    }
  }
}
