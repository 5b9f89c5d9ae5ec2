package dev.holdfast.auth;

import dev.holdfast.auth.config.ClaimPath;
import dev.holdfast.auth.config.ClaimPaths;
import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Names;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads a caller from the claims of a token whose signature was checked. A token that is genuine
 * but doesn't say clearly who it is for is FORBIDDEN.
 */
final class Claims {
  /** The last second whose ms still are exact in JSON. */
  private static final long LAST_SECOND = ((1L << 53) - 1) / 1000;

  private final JsonObject claims;

  Claims(JsonObject claims) {
    this.claims = claims;
  }

  /**
   * @param account what {@link #account} says
   */
  Caller.User caller(IssuerRules rules, @Nullable ServiceAccount account) {
    ClaimPaths paths = rules.claims();
    String tenant =
        account == null ? tenant(rules) : account.tenants().stream().sorted().toList().get(0);
    String user = one(paths.user(), "user");
    Set<String> roles = many(paths.roles(), "roles");
    Set<String> permissions = many(paths.permissions(), "permissions");
    Set<String> tenants = account == null ? Set.of(tenant) : account.tenants();
    roles.forEach(role -> permissions.addAll(rules.roles().of(role, tenants)));
    if (account != null) {
      permissions.removeIf(held -> held.startsWith(Verified.SERVICE));
      permissions.add(Verified.SERVICE + account.service());
    }
    try {
      return new Caller.User(tenant, user, roles, permissions);
    } catch (HoldfastException e) {
      throw forbidden(e.publicMessage());
    }
  }

  /** Returns the service whose token this is; none: it is a user's. */
  @Nullable ServiceAccount account(IssuerRules rules) {
    String client = rules.services().client(claims);
    String service = client == null ? null : rules.services().names().get(client);
    if (service == null) {
      return null;
    }
    Set<String> tenants = tenants(rules);
    boolean few = !tenants.isEmpty() && tenants.size() <= ServiceAccount.MOST_TENANTS;
    if (!few || !tenants.stream().allMatch(rules::mayName)) {
      throw forbidden("tenant: not all of them are of this issuer, or there are none or too many");
    }
    try {
      tenants.forEach(Names::tenant);
    } catch (HoldfastException e) {
      throw forbidden(e.publicMessage());
    }
    return new ServiceAccount(service, client, tenants);
  }

  /** A service acts for the tenants that its token names, or else for those of its issuer. */
  private Set<String> tenants(IssuerRules rules) {
    String fixed = rules.tenant();
    Object named = at(rules.claims().tenant());
    if (fixed != null) {
      return Set.of(fixed);
    }
    if (named == null) {
      return rules.tenants();
    }
    return rules.organizations() && named instanceof JsonObject map
        ? map.fieldNames()
        : many(rules.claims().tenant(), "tenants");
  }

  private String tenant(IssuerRules rules) {
    String fixed = rules.tenant();
    String tenant = fixed == null ? named(rules) : fixed;
    if (!rules.mayName(tenant)) {
      throw forbidden("tenant: not one of this issuer");
    }
    return tenant;
  }

  /** Returns why a token is not one for this use; empty if it is. */
  Optional<String> otherUse(IssuerRules rules) {
    for (var needed : rules.needed().entrySet()) {
      if (!needed.getValue().equals(claims.getValue(needed.getKey()))) {
        return Optional.of(needed.getKey() + " is not " + needed.getValue());
      }
    }
    boolean any = rules.authorizedParties().isEmpty();
    return any
            || claims.getValue("azp") instanceof String party
                && rules.authorizedParties().contains(party)
        ? Optional.empty()
        : Optional.of("azp is none that is taken here");
  }

  /**
   * @param longest life of a token, from its issue on
   * @return ms since 1970; 0 where nothing ends it
   */
  long expiresAt(Duration longest) {
    long issued = issuedAt();
    long byAge = issued == 0 ? LAST_SECOND : Math.min(LAST_SECOND, issued + longest.toSeconds());
    Object exp = claims.getValue("exp");
    if (exp == null) {
      return issued == 0 ? 0 : byAge * 1000;
    }
    return Math.min(byAge, ((Number) exp).longValue()) * 1000;
  }

  /**
   * @return the second since 1970; 0 where there is none
   */
  long issuedAt() {
    Object iat = claims.getValue("iat");
    return iat == null ? 0 : Math.max(0, Math.min(LAST_SECOND, ((Number) iat).longValue()));
  }

  /**
   * Returns why a token is refused for its length of life, as revocations are not kept longer;
   * empty if it is not.
   *
   * @param now the second since 1970
   */
  Optional<String> tooLong(Duration longest, long now) {
    long seconds = longest.toSeconds();
    if (claims.containsKey("iat")) {
      return now - issuedAt() > seconds
          ? Optional.of("issued too long ago: none is accepted after " + seconds + " s")
          : Optional.empty();
    }
    return expiresAt(longest) / 1_000 - now > seconds
        ? Optional.of("iat is missing, and exp more than " + seconds + " s ahead")
        : Optional.empty();
  }

  /** Returns {@code jti}; none: there is none, or it is not a text. */
  @Nullable String id() {
    return claims.getValue("jti") instanceof String id ? id : null;
  }

  /** Returns why a token is refused for times that are no numbers; empty if it is not. */
  Optional<String> wrongTimes() {
    for (String time : new String[] {"exp", "nbf", "iat"}) {
      if (claims.containsKey(time) && !(claims.getValue(time) instanceof Number)) {
        return Optional.of(time + " is not a number");
      }
    }
    return Optional.empty();
  }

  /** Returns why a token is refused without an end; empty if it has one. */
  Optional<String> endless() {
    return claims.containsKey("exp") ? Optional.empty() : Optional.of("exp is missing");
  }

  /**
   * Returns the login at the issuer of which the token is; none: it does not say.
   *
   * @throws HoldfastException FORBIDDEN if it is not one string
   */
  @Nullable String login(IssuerRules rules) {
    ClaimPath path = rules.claims().session();
    return path == null || at(path) == null ? null : one(path, "session");
  }

  private String one(ClaimPath path, String what) {
    Object value = at(path);
    if (value instanceof String text) {
      return text;
    }
    if (value == null) {
      throw forbidden(what + " missing: no claim " + path);
    }
    throw forbidden(what + " at " + path + " is not one string");
  }

  private String named(IssuerRules rules) {
    ClaimPath path = rules.claims().tenant();
    Object value = at(path);
    if (rules.organizations() && value instanceof JsonObject map) {
      return single(path, List.copyOf(map.fieldNames()));
    }
    return rules.organizations() && value instanceof JsonArray list
        ? single(path, list.getList())
        : one(path, "tenant");
  }

  /** Reads organizations: a list of names, or a map by name. */
  private static String single(ClaimPath path, List<?> names) {
    if (names.size() == 1 && names.get(0) instanceof String only) {
      return only;
    }
    throw forbidden("tenant at " + path + ": " + names.size() + " of them; ask for a token of one");
  }

  private Set<String> many(ClaimPath path, String what) {
    Object value = at(path);
    var texts = new HashSet<String>();
    if (value instanceof String text) {
      texts.addAll(List.of(text.strip().split("\\s+")));
    } else if (value instanceof JsonArray list) {
      for (Object entry : list) {
        if (!(entry instanceof String text)) {
          throw notStrings(path, what);
        }
        texts.add(text);
      }
    } else if (value != null) {
      throw notStrings(path, what);
    }
    texts.remove("");
    return texts;
  }

  private static HoldfastException notStrings(ClaimPath path, String what) {
    return forbidden(what + " at " + path + " are not strings");
  }

  @Nullable Object at(ClaimPath path) {
    Object value = claims;
    for (String name : path.names()) {
      value = value instanceof JsonObject object ? object.getValue(name) : null;
    }
    return value;
  }

  private static HoldfastException forbidden(String reason) {
    return HoldfastException.withPublicMessage(ErrorCode.FORBIDDEN, "token: " + reason);
  }
}
