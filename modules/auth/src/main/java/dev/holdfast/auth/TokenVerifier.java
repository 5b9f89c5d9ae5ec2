package dev.holdfast.auth;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import io.vertx.core.Future;
import java.util.List;

/**
 * From a token to its caller. Safe on any thread; costs one signature check, no I/O.
 *
 * <p>Fails with UNAUTHORIZED (not signed by a trusted key, expired, not yet valid, for someone
 * else, not a token at all) or FORBIDDEN (genuine, but without one well-formed tenant and user).
 * The exception's message is for the log; a user sees the code's public text.
 */
public final class TokenVerifier {
  /** Longer ones are refused unread. */
  public static final int MAX_TOKEN = 16 * 1024;

  private final List<TrustedIssuer> issuers;

  private TokenVerifier(List<TrustedIssuer> issuers) {
    this.issuers = issuers;
  }

  /**
   * @throws IllegalArgumentException where the configuration has no key
   */
  public static TokenVerifier of(AuthConfig config) {
    return new TokenVerifier(List.of(new TrustedIssuer(config)));
  }

  public Future<Verified> verify(String token) {
    if (token == null || token.isEmpty()) {
      return refused("token: none");
    }
    if (token.length() > MAX_TOKEN) {
      return refused("token: longer than " + MAX_TOKEN);
    }
    Future<Verified> answer = issuers.get(0).verify(token);
    for (TrustedIssuer next : issuers.subList(1, issuers.size())) {
      answer = answer.recover(failure -> next.verify(token));
    }
    return answer;
  }

  private static Future<Verified> refused(String reason) {
    return Future.failedFuture(new HoldfastException(ErrorCode.UNAUTHORIZED, reason));
  }
}
