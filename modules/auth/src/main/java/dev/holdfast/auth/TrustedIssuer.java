package dev.holdfast.auth;

import dev.holdfast.auth.config.StoredIssuer;
import dev.holdfast.auth.config.VerificationKey;
import dev.holdfast.core.HoldfastException;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.JWTOptions;
import io.vertx.ext.auth.PubSecKeyOptions;
import io.vertx.ext.auth.User;
import io.vertx.ext.auth.authentication.TokenCredentials;
import io.vertx.ext.auth.impl.jose.JWK;
import io.vertx.ext.auth.jwt.JWTAuth;
import io.vertx.ext.auth.jwt.JWTAuthOptions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One issuer: its keys, and what a token of it has to say. Safe on any thread. */
final class TrustedIssuer {
  /** Most keys of a set by one {@code kid} that are tried; more are left out. */
  static final int MOST_ALIKE = 4;

  private final IssuerRules rules;
  private final Function<@Nullable String, Future<Keys>> keys;
  private final long born;
  private final Runnable left;

  /**
   * The keys of an issuer as they are now.
   *
   * @param libraries tried in this order. The library keeps one key by a {@code kid}, so the second
   *     has the seconds of such keys, and so on
   * @param named whether all of them have ids
   */
  record Keys(List<JWTAuth> libraries, boolean named) {}

  /**
   * @param keys gives those that may have signed a token with this {@code kid}
   * @param born see {@link StoredIssuer}; 0: it is configured
   * @param left frees what its keys take
   */
  TrustedIssuer(
      IssuerRules rules, Function<@Nullable String, Future<Keys>> keys, long born, Runnable left) {
    this.rules = rules;
    this.keys = keys;
    this.born = born;
    this.left = left;
  }

  /** Makes one whose keys are configured. */
  static TrustedIssuer of(IssuerRules rules, List<VerificationKey> trusted, long born) {
    if (trusted.isEmpty()) {
      // Without a key the library would accept unsigned tokens.
      throw new IllegalArgumentException("keys: at least one is needed");
    }
    JWTAuthOptions options = options(rules);
    trusted.forEach(key -> options.addPubSecKey(option(key)));
    boolean named = trusted.stream().allMatch(key -> key.id() != null);
    // Only key stores need a Vert.x.
    Keys all = new Keys(List.of(JWTAuth.create(null, options)), named);
    return new TrustedIssuer(rules, id -> Future.succeededFuture(all), born, () -> {});
  }

  /** Gives back what its keys take: it is trusted no longer. */
  void leave() {
    left.run();
  }

  /** Returns whether a token that it made still is one of its tenant, and of its service. */
  boolean stillSays(Verified token) {
    ServiceAccount account = token.account();
    return rules.mayName(token.caller().tenant())
        && (account == null || rules.services().has(account.client(), account.service()));
  }

  /**
   * Makes the keys of a key set. Those that can't be loaded are left out.
   *
   * @throws IllegalArgumentException if none is left
   */
  static Keys keys(IssuerRules rules, List<JsonObject> set) {
    List<JsonObject> loaded = set.stream().filter(TrustedIssuer::canBeLoaded).toList();
    if (loaded.isEmpty()) {
      // Without a key the library would accept unsigned tokens.
      throw new IllegalArgumentException("none of its keys can be loaded");
    }
    boolean named = loaded.stream().allMatch(key -> key.containsKey("kid"));
    List<JWTAuthOptions> each = new ArrayList<>();
    Map<String, Integer> alike = new HashMap<>();
    for (JsonObject key : loaded) {
      int before = key.containsKey("kid") ? alike.merge(name(key), 1, Integer::sum) - 1 : 0;
      if (before == each.size() && before < MOST_ALIKE) {
        each.add(options(rules));
      }
      if (before < MOST_ALIKE) {
        each.get(before).addJwk(key);
      }
    }
    return new Keys(each.stream().map(options -> JWTAuth.create(null, options)).toList(), named);
  }

  private static String name(JsonObject key) {
    return key.getString("alg") + " " + key.getString("kid");
  }

  /** The library would log one that can't, and go on without it. */
  private static boolean canBeLoaded(JsonObject key) {
    try {
      return new JWK(key).publicKey() != null;
    } catch (RuntimeException e) {
      return false;
    }
  }

  /** Verifies a token by which somebody comes in. */
  Future<Verified> verify(String token) {
    return payload(token)
        .compose(
            claims ->
                ChannelClaims.isOne(claims)
                    ? unauthorized(ChannelToken.CHANNEL + ": it is for a channel, not to come in")
                    : verified(new Claims(claims), token));
  }

  /** Verifies a token that adds something to a session. */
  Future<ChannelToken> verifyForChannel(String token) {
    return payload(token)
        .compose(
            claims -> {
              var said = new ChannelClaims(claims);
              Optional<String> problem = said.problem(System.currentTimeMillis());
              return problem.isPresent()
                  ? unauthorized(problem.get())
                  : verified(new Claims(claims), token).map(said::token);
            });
  }

  /** Returns the claims of a token that is signed, and valid now. */
  private Future<JsonObject> payload(String token) {
    if (!TokenForm.isSigned(token)) {
      return refused(null, token);
    }
    return keys.apply(TokenForm.said(token, 0, "kid")).compose(now -> payload(token, now, 0));
  }

  private Future<JsonObject> payload(String token, Keys now, int at) {
    try {
      return now.libraries()
          .get(at)
          .authenticate(new TokenCredentials(token))
          .transform(
              result -> {
                if (result.succeeded()) {
                  return accept(result.result(), token, now.named());
                }
                String why = result.cause().getMessage();
                return at + 1 < now.libraries().size() && !Refusal.isOfClaims(why)
                    ? payload(token, now, at + 1)
                    : refused(why, token);
              });
    } catch (RuntimeException e) {
      // The library reads some claims by type, and throws where they have another.
      return unauthorized("malformed: a claim of the wrong type");
    }
  }

  private Future<JsonObject> accept(User user, String token, boolean named) {
    JsonObject payload = user.attributes().getJsonObject("accessToken");
    var claims = new Claims(payload);
    long now = System.currentTimeMillis() / 1_000;
    Optional<String> refusal =
        TokenForm.problem(token, named)
            .or(claims::wrongTimes)
            .or(() -> rules.requireExpiry() ? claims.endless() : Optional.empty())
            .or(() -> claims.tooLong(rules.longestLife(), now))
            .or(() -> claims.otherUse(rules));
    return refusal.isPresent() ? unauthorized(refusal.get()) : Future.succeededFuture(payload);
  }

  private Future<Verified> verified(Claims claims, String token) {
    try {
      ServiceAccount account = claims.account(rules);
      return Future.succeededFuture(
          new Verified(
              claims.caller(rules, account),
              rules.issuer() == null ? "" : rules.issuer(),
              claims.expiresAt(rules.longestLife()),
              claims.issuedAt(),
              claims.id(),
              TokenForm.digest(token),
              born,
              account,
              claims.login(rules)));
    } catch (HoldfastException e) {
      return Future.failedFuture(e);
    }
  }

  private static <T> Future<T> unauthorized(String reason) {
    return Future.failedFuture(Refusal.unauthorized(reason));
  }

  private <T> Future<T> refused(@Nullable String message, String token) {
    return Future.failedFuture(Refusal.of(message, token, rules.leeway().toSeconds()));
  }

  private static JWTAuthOptions options(IssuerRules rules) {
    var expected = new JWTOptions().setLeeway((int) rules.leeway().toSeconds());
    if (rules.issuer() != null) {
      expected.setIssuer(rules.issuer());
    }
    if (!rules.audience().isEmpty()) {
      expected.setAudience(rules.audience());
    }
    return new JWTAuthOptions().setJWTOptions(expected);
  }

  private static PubSecKeyOptions option(VerificationKey key) {
    return new PubSecKeyOptions()
        .setAlgorithm(key.algorithm().name())
        .setId(key.id())
        .setBuffer(key.material());
  }
}
