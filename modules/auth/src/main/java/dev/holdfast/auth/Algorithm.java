package dev.holdfast.auth;

/** The signatures that are understood; a token with any other, {@code none} first, is refused. */
public enum Algorithm {
  /** HMAC with SHA-256: who can verify can also sign. */
  HS256,
  /** RSA with SHA-256. */
  RS256,
  /** ECDSA on P-256 with SHA-256. */
  ES256;

  boolean symmetric() {
    return this == HS256;
  }
}
