package dev.holdfast.auth;

import dev.holdfast.auth.config.AuthConfig;
import dev.holdfast.auth.jwks.KeyRoom;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.bounds.SampledLog;
import dev.holdfast.tenants.TenantGate;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Verifies tokens and returns their callers. Safe on any thread; costs one signature check for each
 * token until it ends, no I/O.
 *
 * <p>Fails with UNAUTHORIZED (not signed by a trusted key, expired, not yet valid, for someone
 * else, not a token at all), FORBIDDEN (genuine, but without one well-formed tenant and user),
 * REVOKED, TENANT_SUSPENDED or TENANT_UNKNOWN. All say what is wrong with the token itself. One
 * line per reason and minute is logged, without the token.
 */
public final class TokenVerifier {
  /** Longer ones are refused unread. */
  public static final int MAX_TOKEN = 16 * 1024;

  /** Stands for any of the tenants of a token. */
  public static final String ANY_TENANT = "*";

  /** By the node's own keys; none if there are only others. */
  private final @Nullable TrustedIssuer own;

  private final TrustedIssuers issuers;

  /** Valid by these issuers' keys; all are forgotten when keys of one change. */
  private final KnownTokens<Verified> known;

  private final KnownTokens<ChannelToken> shown;

  private final Predicate<Verified> revoked;
  private final TenantGate tenants;

  private final SampledLog refused =
      new SampledLog(LoggerFactory.getLogger(TokenVerifier.class), Duration.ofMinutes(1));

  private TokenVerifier(
      @Nullable TrustedIssuer own,
      TrustedIssuers issuers,
      KnownTokens<Verified> known,
      KnownTokens<ChannelToken> shown,
      Predicate<Verified> revoked,
      TenantGate tenants) {
    this.own = own;
    this.issuers = issuers;
    this.known = known;
    this.shown = shown;
    this.revoked = revoked;
    this.tenants = tenants;
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
   * @throws IllegalArgumentException if the configuration has no key, or an issuer's are to be
   *     fetched
   */
  public static TokenVerifier of(AuthConfig config, MeterRegistry registry) {
    return of(
        config,
        registry,
        address -> {
          throw new IllegalArgumentException("issuers: nobody fetches " + address);
        });
  }

  /**
   * @param registry gets {@code holdfast.tokens.*}, {@code holdfast.issuer.*} and the budget {@code
   *     tokens}
   * @param fetch fetches a key set from its address
   * @throws IllegalArgumentException if the configuration has neither keys nor issuers
   */
  public static TokenVerifier of(
      AuthConfig config, MeterRegistry registry, Function<URI, Future<JsonObject>> fetch) {
    return of(config, registry, fetch, System::nanoTime);
  }

  /**
   * @param clock of key sets, in ns
   */
  static TokenVerifier of(
      AuthConfig config,
      MeterRegistry registry,
      Function<URI, Future<JsonObject>> fetch,
      LongSupplier clock) {
    var known = KnownTokens.ofLogins(registry);
    var shown = KnownTokens.ofChannels(registry);
    var issuers = new TrustedIssuers(config, fetch, clock, registry, KeyRoom.of(registry));
    issuers.onChange(
        () -> {
          known.clear();
          shown.clear();
        });
    boolean none = config.keys().isEmpty() && !issuers.isEmpty();
    TrustedIssuer own = none ? null : TrustedIssuer.of(IssuerRules.own(config), config.keys(), 0);
    return new TokenVerifier(own, issuers, known, shown, token -> false, TenantGate.OPEN);
  }

  /** Returns the issuers whose tokens this takes besides those by the own keys. */
  public TrustedIssuers issuers() {
    return issuers;
  }

  /**
   * Returns the same that refuses revoked tokens.
   *
   * @param which says whether a token is revoked; called on any thread, for each token each time
   */
  public TokenVerifier refusing(Predicate<Verified> which) {
    return new TokenVerifier(own, issuers, known, shown, which, tenants);
  }

  /** Returns the same that refuses tokens of tenants that may not work now. */
  public TokenVerifier admitting(TenantGate gate) {
    return new TokenVerifier(own, issuers, known, shown, revoked, gate);
  }

  /** Returns whether a token that was valid, or its issuer, has been revoked since. */
  public boolean isRevoked(Verified token) {
    return !issuers.trusts(token) || revoked.test(token);
  }

  /**
   * Returns why a token that was valid is refused now: REVOKED, TENANT_SUSPENDED or TENANT_UNKNOWN;
   * empty: it is not.
   */
  public Optional<ErrorCode> refusal(Verified token) {
    return isRevoked(token)
        ? Optional.of(ErrorCode.REVOKED)
        : tenants.refusal(token.caller().tenant());
  }

  public Future<Verified> verify(@Nullable String token) {
    return verify(token, null);
  }

  /**
   * @param tenant which of the tenants of a service's token is meant; none: the only one; {@link
   *     #ANY_TENANT}: one that may work. FORBIDDEN if the token is not of it
   */
  public Future<Verified> verify(@Nullable String token, @Nullable String tenant) {
    return trusted(token, tenant).onFailure(this::log);
  }

  /**
   * Verifies a channel token, which {@link #verify} refuses; one by which somebody comes in is
   * refused here. Costs a signature check for each token until it ends. Whose session may show it
   * is not looked at.
   */
  public Future<ChannelToken> verifyForChannel(String token) {
    Optional<String> malformed = malformed(token);
    Future<ChannelToken> valid =
        malformed.isPresent() ? refused(malformed.get()) : validForChannel(token);
    return valid.compose(channel -> admitted(channel.token()).map(channel)).onFailure(this::log);
  }

  private Future<ChannelToken> validForChannel(String token) {
    ChannelToken before = shown.find(token);
    int then = shown.cleared();
    return before == null
        ? issuer(token)
            .compose(named -> named.verifyForChannel(token))
            .onSuccess(said -> shown.keep(token, said, then))
        : Future.succeededFuture(before);
  }

  /** The first word of what is wrong is one of ours, whatever the token says. */
  private void log(Throwable failure) {
    String why = String.valueOf(failure.getMessage());
    String[] words = why.split("[: ]+", 3);
    refused.info(words.length > 1 ? words[1] : why, "refused " + why);
  }

  private Future<Verified> trusted(@Nullable String token, @Nullable String tenant) {
    Optional<String> malformed = malformed(token);
    return token == null || malformed.isPresent()
        ? refused(malformed.orElse(""))
        : valid(token, tenant);
  }

  private static Optional<String> malformed(@Nullable String token) {
    if (token == null || token.isEmpty()) {
      return Optional.of("missing");
    }
    return token.length() > MAX_TOKEN
        ? Optional.of("longer than " + MAX_TOKEN + " characters")
        : Optional.empty();
  }

  /** The one place that says whether a token that was found valid is valid now. */
  private Future<Verified> valid(String token, @Nullable String tenant) {
    Verified before = known.find(token);
    int then = known.cleared();
    Future<Verified> valid =
        before == null
            ? issuer(token)
                .compose(named -> named.verify(token))
                .onSuccess(verified -> known.keep(token, verified, then))
            : Future.succeededFuture(before);
    return valid
        .map(verified -> ANY_TENANT.equals(tenant) ? any(verified) : verified.at(tenant))
        .compose(this::admitted);
  }

  /** That one of its tenants is suspended does not keep a service from the others. */
  private Verified any(Verified verified) {
    ServiceAccount account = verified.account();
    return account == null
        ? verified
        : account.tenants().stream()
            .sorted()
            .map(verified::at)
            .filter(one -> refusal(one).isEmpty())
            .findFirst()
            .orElse(verified);
  }

  private Future<Verified> admitted(Verified verified) {
    return refusal(verified)
        .map(why -> Future.<Verified>failedFuture(Refusal.of(why)))
        .orElseGet(() -> Future.succeededFuture(verified));
  }

  private Future<TrustedIssuer> issuer(String token) {
    String name = issuers.isEmpty() ? null : TokenForm.said(token, 1, "iss");
    TrustedIssuer other = name == null ? null : issuers.get(name);
    TrustedIssuer named = other == null ? own : other;
    return named == null
        ? refused("issuer: none that is trusted here")
        : Future.succeededFuture(named);
  }

  private static <T> Future<T> refused(String reason) {
    return Future.failedFuture(Refusal.unauthorized(reason));
  }
}
