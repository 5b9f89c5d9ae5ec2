package dev.holdfast.app.node;

import dev.holdfast.auth.ServiceAccount;
import dev.holdfast.auth.TokenVerifier;
import dev.holdfast.auth.Verified;
import dev.holdfast.cluster.identity.ServiceCredentials;
import dev.holdfast.core.Caller;
import dev.holdfast.core.bus.Grant;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Accounts of services on the bus: credentials for a token, and whether it still is good. */
final class Accounts {
  private Accounts() {}

  /**
   * Returns what makes credentials of a service's token, which ends.
   *
   * @param secret of the bus; none: none can be made
   */
  static @Nullable Function<Verified, String> credentials(@Nullable String secret) {
    return secret == null || ServiceCredentials.is(secret)
        ? null
        : token -> ServiceCredentials.make(secret, grant(token));
  }

  private static Grant grant(Verified token) {
    ServiceAccount account = Objects.requireNonNull(token.account(), "it is a service's");
    return new Grant(
        account.service(),
        account.tenants(),
        new Grant.Account(
            token.issuer(),
            token.issuerBorn(),
            token.caller().user(),
            token.expiresAt(),
            token.issuedAt(),
            token.id(),
            token.digest()));
  }

  /** Returns whether the token of an account was revoked for a tenant. */
  static BiPredicate<Grant.Account, String> revoked(TokenVerifier verifier) {
    return (account, tenant) -> verifier.isRevoked(token(account, tenant));
  }

  private static Verified token(Grant.Account account, String tenant) {
    return new Verified(
        new Caller.User(tenant, account.user(), Set.of(), Set.of()),
        account.issuer(),
        account.until(),
        account.issuedAt(),
        account.id(),
        account.digest(),
        account.issuerBorn(),
        null);
  }
}
