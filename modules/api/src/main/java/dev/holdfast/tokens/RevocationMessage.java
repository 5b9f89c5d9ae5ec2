package dev.holdfast.tokens;

import dev.holdfast.core.BusValue;
import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Names;
import dev.holdfast.core.ServiceMessage;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Requests to revoke tokens. Ask this process's own instance, if it has one. */
public sealed interface RevocationMessage<A> extends ServiceMessage<A> {
  /** The service's address on the bus. */
  String ADDRESS = "auth";

  /** Most characters of a token's id. */
  int LONGEST_ID = 256;

  @Override
  default String address() {
    return ADDRESS;
  }

  /**
   * Revokes tokens of a tenant: one token, or those of a user, or of all users, that were issued up
   * to a moment. All nodes refuse them within 2 s, and close the connections that were opened with
   * them. Safe to repeat. To revoke the token of a session, close it as {@code revoked}.
   *
   * <p>Fails with LIMIT_EXCEEDED if the tenant, or all tenants together, have as many revocations
   * as are kept. One for a whole tenant takes the place of all others of the tenant.
   *
   * <p>A revocation is kept for as long as tokens can live, see {@link Revoked}. What the issuer
   * gives out for a login after that is good again, so end the login there, too.
   *
   * @param caller a service that acts for the tenant, or a user with {@code tokens:revoke}
   * @param user whose tokens; none: the one {@code token}, or those of all users
   * @param token its {@code jti}, or its digest as in {@link TokenRef}, or the session at the
   *     issuer whose tokens are meant, also later ones while it is kept; none: several
   * @param issuedUntil the last second, since 1970, in which they were issued; at most 5 min ahead.
   *     Of a single token it has no effect
   * @param endsAt when the single token expires, ms since 1970; 0: not known. Only of one that is
   *     named by its digest: any other name may be that of a login, whose later tokens end later
   */
  record Revoke(
      Caller caller,
      String tenant,
      @Nullable String user,
      @Nullable String token,
      long issuedUntil,
      long endsAt)
      implements RevocationMessage<Revoked> {
    /** SHA-256 in base64url. */
    private static final Pattern DIGEST = Pattern.compile("[A-Za-z0-9_-]{43}");

    public Revoke {
      Names.tenant(tenant);
      if (user != null) {
        Names.user(user);
      }
      if (user != null && token != null) {
        throw refused("user or token, not both");
      }
      if (token != null && !isId(token)) {
        throw refused("token: an id of 1 to " + LONGEST_ID + " characters");
      }
      if (endsAt > 0 && !isDigest(token)) {
        throw refused("endsAt: of a token that is named by its digest");
      }
      if (issuedUntil < 1) {
        throw refused("issuedUntil: a second since 1970");
      }
    }

    @Override
    public boolean repeatable() {
      return true;
    }

    @Override
    public <R> R dispatch(Handler<R> handler) {
      return handler.revoke(this);
    }

    private static boolean isDigest(@Nullable String token) {
      return token != null && DIGEST.matcher(token).matches();
    }

    private static boolean isId(String token) {
      return !token.isBlank()
          && token.length() <= LONGEST_ID
          && token.chars().noneMatch(Character::isISOControl);
    }

    private static HoldfastException refused(String why) {
      return HoldfastException.withPublicMessage(ErrorCode.BAD_REQUEST, why);
    }
  }

  /**
   * The revocation is stored.
   *
   * @param keptUntil ms since 1970; no token that it concerns is valid after that, but those that a
   *     login's issuer gives out later
   */
  record Revoked(long keptUntil) implements BusValue {}

  /** Has one method per message, so that the compiler finds a case that was forgotten. */
  interface Handler<R> {
    R revoke(Revoke message);
  }

  <R> R dispatch(Handler<R> handler);
}
