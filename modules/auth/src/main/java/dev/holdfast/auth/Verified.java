package dev.holdfast.auth;

import dev.holdfast.core.Caller;
import dev.holdfast.tokens.TokenRef;
import org.jspecify.annotations.Nullable;

/**
 * The content of a valid token.
 *
 * @param caller whom it was issued to
 * @param expiresAt when it stops being valid, ms since 1970; 0: never
 * @param issuedAt {@code iat}, the second since 1970 in which it was issued; 0: it does not say
 * @param id {@code jti}; none: it has none
 * @param digest SHA-256 of header and claims as they were signed, base64url. Not of the whole
 *     token: others can spell a signature in another way that is as valid.
 */
public record Verified(
    Caller.User caller, long expiresAt, long issuedAt, @Nullable String id, String digest) {

  /** Returns the name by which this token can be revoked. */
  public TokenRef ref() {
    return new TokenRef(digest, expiresAt);
  }
}
