package dev.holdfast.auth.config;

/** The signatures that are understood; a token with any other, {@code none} first, is refused. */
public enum Algorithm {
  /** HMAC with SHA-256: who can verify can also sign. */
  HS256,
  /** RSA with SHA-256. */
  RS256,
  /** RSA with SHA-384; by key sets only, as all below but ES256. */
  RS384,
  /** RSA with SHA-512. */
  RS512,
  /** RSA-PSS with SHA-256. */
  PS256,
  /** RSA-PSS with SHA-384. */
  PS384,
  /** RSA-PSS with SHA-512. */
  PS512,
  /** ECDSA on P-256 with SHA-256. */
  ES256,
  /** ECDSA on P-384 with SHA-384. */
  ES384,
  /** ECDSA on P-521 with SHA-512. */
  ES512,
  /** Ed25519; named as the header of tokens names it. */
  EDDSA;

  /** Returns the name in the header of tokens. */
  public String wireName() {
    return this == EDDSA ? "EdDSA" : name();
  }

  /** Returns whether a single configured key may serve it. */
  public boolean single() {
    return this == HS256 || this == RS256 || this == ES256;
  }

  public boolean symmetric() {
    return this == HS256;
  }
}
