package dev.holdfast.auth;

import dev.holdfast.auth.config.StoredIssuer;
import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.tokens.TokenOrigin;
import dev.holdfast.tokens.TokenRef;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The content of a valid token.
 *
 * @param caller whom it was issued to
 * @param issuer the configured one whose keys signed it; empty: the node's own, without a name
 * @param expiresAt when it stops being valid, ms since 1970; 0: never
 * @param issuedAt {@code iat}, the second since 1970 in which it was issued; 0: it does not say
 * @param id {@code jti}; none: it has none
 * @param digest SHA-256 of header and claims as they were signed, base64url. Not of the whole
 *     token: others can spell a signature in another way that is as valid.
 * @param issuerBorn see {@link StoredIssuer}; 0: its issuer is configured
 * @param account the service that it is of, by an issuer's {@code services}; none: a user
 * @param login the session at its issuer, of which it is one token of several; none: it does not
 *     say
 */
public record Verified(
    Caller.User caller,
    String issuer,
    long expiresAt,
    long issuedAt,
    @Nullable String id,
    String digest,
    long issuerBorn,
    @Nullable ServiceAccount account,
    @Nullable String login) {
  /** Begins the permission that makes a token one of the service that it names. */
  public static final String SERVICE = "service:";

  /** Makes one of a configured issuer. */
  public Verified(
      Caller.User caller,
      String issuer,
      long expiresAt,
      long issuedAt,
      @Nullable String id,
      String digest) {
    this(caller, issuer, expiresAt, issuedAt, id, digest, 0, null, null);
  }

  /**
   * Returns the same as of one tenant.
   *
   * @param tenant none: the only one
   * @throws HoldfastException FORBIDDEN if the token is not of it, or of several and none is named
   */
  Verified at(@Nullable String tenant) {
    if (account == null || account.tenants().size() == 1) {
      if (tenant == null || tenant.equals(caller.tenant())) {
        return this;
      }
    } else if (tenant != null && account.tenants().contains(tenant)) {
      return inTenant(tenant);
    }
    throw HoldfastException.withPublicMessage(
        ErrorCode.FORBIDDEN,
        tenant == null
            ? "token: of several tenants; the header Holdfast-Tenant names one"
            : "token: not of the tenant that Holdfast-Tenant names");
  }

  private Verified inTenant(String tenant) {
    var at = new Caller.User(tenant, caller.user(), caller.roles(), caller.permissions());
    return new Verified(at, issuer, expiresAt, issuedAt, id, digest, issuerBorn, account, login);
  }

  /** Returns whether it is of a service, or of none by a valid name, and so of no user. */
  public boolean isOfService() {
    return account != null
        || caller.permissions().stream().anyMatch(held -> held.startsWith(SERVICE));
  }

  /** Returns whether another token is of the same issuer, tenant and user. */
  public boolean isOfSame(Verified other) {
    return issuer.equals(other.issuer)
        && caller.tenant().equals(other.caller.tenant())
        && caller.user().equals(other.caller.user());
  }

  /** Returns a token of which something is left: only whether it is revoked can be asked. */
  public static Verified of(TokenOrigin origin) {
    var caller = new Caller.User(origin.tenant(), origin.user(), Set.of(), Set.of());
    return new Verified(
        caller, "", 0, origin.issuedAt(), origin.id(), origin.digest(), 0, null, origin.login());
  }

  /** Returns what is kept of this token with something that outlives it. */
  public TokenOrigin origin() {
    return new TokenOrigin(caller.tenant(), caller.user(), issuedAt, id, digest, login);
  }

  /** Returns the name by which this token can be revoked. */
  public TokenRef ref() {
    return new TokenRef(digest, expiresAt);
  }
}
