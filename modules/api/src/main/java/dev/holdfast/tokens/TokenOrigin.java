package dev.holdfast.tokens;

import dev.holdfast.core.BusValue;
import org.jspecify.annotations.Nullable;

/**
 * The token that something was made with which outlives it: all that says whether it is revoked.
 *
 * @param tenant of the token
 * @param user of the token
 * @param issuedAt {@code iat}, the second since 1970; 0: not known
 * @param id {@code jti}; none: it has none
 * @param digest as in {@link TokenRef}; empty: there was no token
 * @param login the session at its issuer; none: it did not say, or an earlier build noted it
 */
public record TokenOrigin(
    String tenant,
    String user,
    long issuedAt,
    @Nullable String id,
    String digest,
    @Nullable String login)
    implements BusValue {
  /** Makes one that says no login. */
  public TokenOrigin(
      String tenant, String user, long issuedAt, @Nullable String id, String digest) {
    this(tenant, user, issuedAt, id, digest, null);
  }
}
