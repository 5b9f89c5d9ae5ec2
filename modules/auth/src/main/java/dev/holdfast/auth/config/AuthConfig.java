package dev.holdfast.auth.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Which tokens are trusted.
 *
 * @param keys a token must be signed with one of them; empty means that a development key is used
 * @param issuer what {@code iss} must be; none: not checked
 * @param audience one of these must be in {@code aud}; empty: not checked
 * @param leeway how far clocks may differ, whole seconds, 0 to 5 min
 * @param requireExpiry whether a token without {@code exp} is refused
 * @param claims where tenant, user, roles and permissions stand
 * @param longestLife how long after its issue a token is accepted at most, and revocations are
 *     kept; 1 min to 400 days, by default 30 days
 * @param issuers others that are trusted; no two of one name
 */
public record AuthConfig(
    List<VerificationKey> keys,
    @Nullable String issuer,
    List<String> audience,
    Duration leeway,
    boolean requireExpiry,
    ClaimPaths claims,
    Duration longestLife,
    List<IssuerConfig> issuers) {
  private static final Duration MAX_LEEWAY = Duration.ofMinutes(5);
  private static final Duration SHORTEST_LIFE = Duration.ofMinutes(1);
  private static final Duration LIFE = Duration.ofDays(30);
  private static final Duration MAX_LIFE = Duration.ofDays(400);

  /** No keys, nothing but signature and expiry checked, no leeway. */
  public static final AuthConfig DEFAULTS =
      new AuthConfig(
          List.of(), null, List.of(), Duration.ZERO, true, ClaimPaths.DEFAULTS, LIFE, List.of());

  public AuthConfig {
    keys = List.copyOf(keys);
    audience = List.copyOf(audience);
    issuers = List.copyOf(issuers);
    Objects.requireNonNull(claims, "claims");
    var problems = new ArrayList<String>();
    if (leeway == null || leeway.isNegative() || leeway.compareTo(MAX_LEEWAY) > 0) {
      problems.add("leeway: 0 to 5 min, not " + leeway);
    }
    if (longestLife == null
        || longestLife.compareTo(SHORTEST_LIFE) < 0
        || longestLife.compareTo(MAX_LIFE) > 0) {
      problems.add("longestLife: 1 min to 400 days, not " + longestLife);
    }
    if (issuer != null && issuer.isBlank()) {
      problems.add("issuer: not blank");
    }
    if (audience.contains("")) {
      problems.add("audience: none blank");
    }
    var names = new HashSet<String>();
    for (IssuerConfig one : issuers) {
      if (!names.add(one.issuer()) || one.issuer().equals(issuer)) {
        problems.add("issuers: twice " + one.issuer());
      }
    }
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", problems));
    }
  }

  /** Makes one with the longest life of tokens that is the default. */
  public AuthConfig(
      List<VerificationKey> keys,
      @Nullable String issuer,
      List<String> audience,
      Duration leeway,
      boolean requireExpiry,
      ClaimPaths claims) {
    this(keys, issuer, audience, leeway, requireExpiry, claims, LIFE, List.of());
  }

  /** Returns the same with these keys. */
  public AuthConfig withKeys(VerificationKey... trusted) {
    return new AuthConfig(
        List.of(trusted), issuer, audience, leeway, requireExpiry, claims, longestLife, issuers);
  }
}
