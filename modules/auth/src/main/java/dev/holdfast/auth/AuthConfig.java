package dev.holdfast.auth;

import java.time.Duration;
import java.util.ArrayList;
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
 */
public record AuthConfig(
    List<VerificationKey> keys,
    @Nullable String issuer,
    List<String> audience,
    Duration leeway,
    boolean requireExpiry,
    ClaimPaths claims) {
  private static final Duration MAX_LEEWAY = Duration.ofMinutes(5);

  /** No keys, nothing but signature and expiry checked, no leeway. */
  public static final AuthConfig DEFAULTS =
      new AuthConfig(List.of(), null, List.of(), Duration.ZERO, true, ClaimPaths.DEFAULTS);

  public AuthConfig {
    keys = List.copyOf(keys);
    audience = List.copyOf(audience);
    Objects.requireNonNull(claims, "claims");
    var problems = new ArrayList<String>();
    if (leeway == null || leeway.isNegative() || leeway.compareTo(MAX_LEEWAY) > 0) {
      problems.add("leeway: 0 to 5 min, not " + leeway);
    }
    if (issuer != null && issuer.isBlank()) {
      problems.add("issuer: not blank");
    }
    if (audience.contains("")) {
      problems.add("audience: none blank");
    }
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", problems));
    }
  }

  /** Returns the same with these keys. */
  public AuthConfig withKeys(VerificationKey... trusted) {
    return new AuthConfig(List.of(trusted), issuer, audience, leeway, requireExpiry, claims);
  }
}
