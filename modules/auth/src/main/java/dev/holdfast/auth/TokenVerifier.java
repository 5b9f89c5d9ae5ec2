package dev.holdfast.auth;

import dev.holdfast.core.bounds.SampledLog;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Verifies tokens and returns their callers. Safe on any thread; costs one signature check for each
 * token until it ends, no I/O.
 *
 * <p>Fails with UNAUTHORIZED (not signed by a trusted key, expired, not yet valid, for someone
 * else, not a token at all), FORBIDDEN (genuine, but without one well-formed tenant and user), or
 * REVOKED. All say what is wrong with the token itself. One line per reason and minute is logged,
 * without the token.
 */
public final class TokenVerifier {
  /** Longer ones are refused unread. */
  public static final int MAX_TOKEN = 16 * 1024;

  private final List<TrustedIssuer> issuers;

  /** Valid by these issuers' keys, which never change: other keys are another verifier's. */
  private final KnownTokens known;

  private final Predicate<Verified> revoked;

  private final SampledLog refused =
      new SampledLog(LoggerFactory.getLogger(TokenVerifier.class), Duration.ofMinutes(1));

  private TokenVerifier(
      List<TrustedIssuer> issuers, KnownTokens known, Predicate<Verified> revoked) {
    this.issuers = issuers;
    this.known = known;
    this.revoked = revoked;
  }

  /**
   * Makes a verifier whose metrics nobody reads.
   *
   * @throws IllegalArgumentException if the configuration has no key
   */
  public static TokenVerifier of(AuthConfig config) {
    return of(config, new SimpleMeterRegistry());
  }

  /**
   * @param registry gets {@code holdfast.tokens.*} and the budget {@code tokens}
   * @throws IllegalArgumentException if the configuration has no key
   */
  public static TokenVerifier of(AuthConfig config, MeterRegistry registry) {
    return new TokenVerifier(
        List.of(new TrustedIssuer(config)), new KnownTokens(registry), token -> false);
  }

  /**
   * Returns the same that refuses revoked tokens.
   *
   * @param which says whether a token is revoked; called on any thread, for each token each time
   */
  public TokenVerifier refusing(Predicate<Verified> which) {
    return new TokenVerifier(issuers, known, which);
  }

  /** Returns whether a token that was valid has been revoked since. */
  public boolean isRevoked(Verified token) {
    return revoked.test(token);
  }

  public Future<Verified> verify(@Nullable String token) {
    return trusted(token).onFailure(this::log);
  }

  /** The first word of what is wrong is one of ours, whatever the token says. */
  private void log(Throwable failure) {
    String why = String.valueOf(failure.getMessage());
    String[] words = why.split("[: ]+", 3);
    refused.info(words.length > 1 ? words[1] : why, "refused " + why);
  }

  private Future<Verified> trusted(@Nullable String token) {
    if (token == null || token.isEmpty()) {
      return refused("missing");
    }
    if (token.length() > MAX_TOKEN) {
      return refused("longer than " + MAX_TOKEN + " characters");
    }
    return valid(token);
  }

  /** The one place that says whether a token that was found valid is valid now. */
  private Future<Verified> valid(String token) {
    Verified before = known.find(token);
    Future<Verified> valid =
        before == null
            ? checked(token).onSuccess(verified -> known.keep(token, verified))
            : Future.succeededFuture(before);
    return valid.compose(
        verified ->
            revoked.test(verified)
                ? Future.failedFuture(Refusal.revoked())
                : Future.succeededFuture(verified));
  }

  private Future<Verified> checked(String token) {
    Future<Verified> answer = issuers.get(0).verify(token);
    for (TrustedIssuer next : issuers.subList(1, issuers.size())) {
      answer = answer.recover(failure -> next.verify(token));
    }
    return answer;
  }

  private static Future<Verified> refused(String reason) {
    return Future.failedFuture(Refusal.unauthorized(reason));
  }
}
