package dev.holdfast.auth;

import dev.holdfast.core.HoldfastException;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.JWTOptions;
import io.vertx.ext.auth.PubSecKeyOptions;
import io.vertx.ext.auth.User;
import io.vertx.ext.auth.authentication.TokenCredentials;
import io.vertx.ext.auth.jwt.JWTAuth;
import io.vertx.ext.auth.jwt.JWTAuthOptions;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One issuer: its keys, and what a token of it has to say. Safe on any thread. */
final class TrustedIssuer {
  private final AuthConfig config;
  private final JWTAuth jwt;
  private final boolean named;

  TrustedIssuer(AuthConfig config) {
    this.config = config;
    this.named = config.keys().stream().allMatch(key -> key.id() != null);
    this.jwt = library(config);
  }

  Future<Verified> verify(String token) {
    try {
      return jwt.authenticate(new TokenCredentials(token))
          .transform(
              result ->
                  result.succeeded()
                      ? accept(result.result(), token)
                      : refused(result.cause().getMessage(), token));
    } catch (RuntimeException e) {
      // The library reads some claims by type, and throws where they have another.
      return unauthorized("malformed: a claim of the wrong type");
    }
  }

  private Future<Verified> accept(User user, String token) {
    Optional<String> problem = TokenForm.problem(token, named);
    if (problem.isPresent()) {
      return unauthorized(problem.get());
    }
    JsonObject payload = user.attributes().getJsonObject("accessToken");
    var claims = new Claims(payload);
    if (!claims.timesAreNumbers()) {
      return unauthorized("exp, nbf or iat is not a number");
    }
    if (config.requireExpiry() && !payload.containsKey("exp")) {
      return unauthorized("exp is missing");
    }
    Optional<String> age = claims.tooLong(config.longestLife());
    if (age.isPresent()) {
      return unauthorized(age.get());
    }
    try {
      return Future.succeededFuture(
          new Verified(
              claims.caller(config.claims()),
              claims.expiresAt(config.longestLife()),
              claims.issuedAt(),
              claims.id(),
              TokenForm.digest(token)));
    } catch (HoldfastException e) {
      return Future.failedFuture(e);
    }
  }

  private static Future<Verified> unauthorized(String reason) {
    return Future.failedFuture(Refusal.unauthorized(reason));
  }

  private Future<Verified> refused(@Nullable String message, String token) {
    return Future.failedFuture(Refusal.of(message, token, config.leeway().toSeconds()));
  }

  private static JWTAuth library(AuthConfig config) {
    if (config.keys().isEmpty()) {
      // Without a key the library would accept unsigned tokens.
      throw new IllegalArgumentException("keys: at least one is needed");
    }
    var expected = new JWTOptions().setLeeway((int) config.leeway().toSeconds());
    if (config.issuer() != null) {
      expected.setIssuer(config.issuer());
    }
    if (!config.audience().isEmpty()) {
      expected.setAudience(config.audience());
    }
    var options = new JWTAuthOptions().setJWTOptions(expected);
    config.keys().forEach(key -> options.addPubSecKey(option(key)));
    // Only key stores need a Vert.x.
    return JWTAuth.create(null, options);
  }

  private static PubSecKeyOptions option(VerificationKey key) {
    return new PubSecKeyOptions()
        .setAlgorithm(key.algorithm().name())
        .setId(key.id())
        .setBuffer(key.material());
  }
}
