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

  /** Returns what a service's token grants on the bus. */
  static Grant grant(Verified token) {
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
            token.digest(),
            account.client()));
  }

  /**
   * Returns whether the token of a grant's account is good no longer for a tenant: it was revoked,
   * or its issuer has no such service, or no such tenant, any more.
   */
  static BiPredicate<Grant, String> revoked(TokenVerifier verifier) {
    return (grant, tenant) -> verifier.isRevoked(token(grant, tenant));
  }

  private static Verified token(Grant grant, String tenant) {
    Grant.Account account = Objects.requireNonNull(grant.account(), "it is an account's");
    return new Verified(
        new Caller.User(tenant, account.user(), Set.of(), Set.of()),
        account.issuer(),
        account.until(),
        account.issuedAt(),
        account.id(),
        account.digest(),
        account.issuerBorn(),
        new ServiceAccount(grant.service(), account.client(), grant.tenants()),
        null);
  }
}
