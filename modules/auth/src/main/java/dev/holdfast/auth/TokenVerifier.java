package dev.holdfast.auth;

import dev.holdfast.core.bounds.SampledLog;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Verifies tokens and returns their callers. Safe on any thread; costs one signature check for each
 * token until it ends, no I/O.
 *
 * <p>Fails with UNAUTHORIZED (not signed by a trusted key, expired, not yet valid, for someone
 * else, not a token at all) or FORBIDDEN (genuine, but without one well-formed tenant and user).
 * Both say what is wrong with the token itself. One line per reason and minute is logged, without
 * the token.
 */
public final class TokenVerifier {
  /** Longer ones are refused unread. */
  public static final int MAX_TOKEN = 16 * 1024;

  private final List<TrustedIssuer> issuers;

  /** Valid by these issuers' keys, which never change: other keys are another verifier's. */
  private final KnownTokens known;

  private final SampledLog refused =
      new SampledLog(LoggerFactory.getLogger(TokenVerifier.class), Duration.ofMinutes(1));

  private TokenVerifier(List<TrustedIssuer> issuers, KnownTokens known) {
    this.issuers = issuers;
    this.known = known;
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
    return new TokenVerifier(List.of(new TrustedIssuer(config)), new KnownTokens(registry));
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
    return before == null
        ? checked(token).onSuccess(verified -> known.keep(token, verified))
        : Future.succeededFuture(before);
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
