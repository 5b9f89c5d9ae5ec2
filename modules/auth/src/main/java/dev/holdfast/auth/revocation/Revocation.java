package dev.holdfast.auth.revocation;

import org.jspecify.annotations.Nullable;

/**
 * Tokens of a tenant that are refused.
 *
 * @param subject which ones, see {@link #all}, {@link #user} and {@link #token}. A newer build may
 *     have more kinds; they concern no token here
 * @param issuedUntil the last second, since 1970, in which they were issued
 * @param keptUntil ms since 1970 at which each of them has expired
 */
record Revocation(String tenant, String subject, long issuedUntil, long keptUntil) {
  private static final String ALL = "";

  /** Returns the subject of all tokens of a tenant. */
  static String all() {
    return ALL;
  }

  /** Returns the subject of a user's tokens. */
  static String user(String user) {
    return "u:" + user;
  }

  /** Returns the subject of one token, by {@code jti} or digest, or of those of a login. */
  static String token(String token) {
    return "t:" + token;
  }

  boolean isOfTenant() {
    return subject.equals(ALL);
  }

  /** Returns whether this one leaves nothing to the other, of the same tenant and subject. */
  boolean covers(Revocation other) {
    return issuedUntil >= other.issuedUntil && keptUntil >= other.keptUntil;
  }

  /** Returns one that covers this one and another of the same tenant and subject. */
  Revocation with(Revocation other) {
    return new Revocation(
        tenant,
        subject,
        Math.max(issuedUntil, other.issuedUntil),
        Math.max(keptUntil, other.keptUntil));
  }

  static Revocation of(
      String tenant, @Nullable String user, @Nullable String token, long until, long kept) {
    String subject = user != null ? user(user) : token != null ? token(token) : ALL;
    return new Revocation(tenant, subject, until, kept);
  }
}
