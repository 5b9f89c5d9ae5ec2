package dev.holdfast.auth;

import dev.holdfast.auth.config.Algorithm;
import dev.holdfast.auth.config.AuthConfig;
import dev.holdfast.auth.config.ClaimPath;
import dev.holdfast.auth.config.VerificationKey;
import dev.holdfast.core.Caller;
import dev.holdfast.core.ChannelName;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.JWTOptions;
import io.vertx.ext.auth.PubSecKeyOptions;
import io.vertx.ext.auth.jwt.JWTAuth;
import io.vertx.ext.auth.jwt.JWTAuthOptions;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Signs HS256 tokens for development and tests: such that a {@link TokenVerifier} of the same
 * configuration accepts. Safe on any thread.
 */
public final class TokenSigner {
  private final AuthConfig config;
  private final JWTAuth jwt;

  /**
   * @param secret as in {@link VerificationKey}, at least 32 bytes
   * @param config says issuer, audience and where the claims stand; of its keys, the name of the
   *     one with this secret
   */
  public TokenSigner(String secret, AuthConfig config) {
    this.config = config;
    var key =
        new PubSecKeyOptions()
            .setAlgorithm(Algorithm.HS256.name())
            .setId(id(secret, config))
            .setBuffer(VerificationKey.hs256(secret).material());
    this.jwt = JWTAuth.create(null, new JWTAuthOptions().addPubSecKey(key));
  }

  /**
   * @param expires counted from now, whole seconds, at least 1 s
   */
  public String sign(Caller.User user, Duration expires) {
    JsonObject claims = claims(user, expires);
    put(claims, config.claims().roles(), list(user.roles()));
    put(claims, config.claims().permissions(), list(user.permissions()));
    return jwt.generateToken(claims, options());
  }

  /**
   * Signs a channel token.
   *
   * @param user whose sessions may show it
   * @param expires counted from now, whole seconds, 1 s to an hour
   * @param channel a {@code topic:} or a {@code run:}
   * @param verbs what it adds, of {@link ChannelToken#VERBS}
   * @param session the only one that may show it; none: any of the user
   */
  public String signForChannel(
      Caller.User user,
      Duration expires,
      ChannelName channel,
      Set<String> verbs,
      @Nullable String session) {
    if (expires.toSeconds() > ChannelToken.LONGEST_S) {
      throw new IllegalArgumentException("expires: at most 1 h, not " + expires);
    }
    JsonObject claims = claims(user, expires);
    claims.put(ChannelToken.CHANNEL, channel.toString());
    claims.put(ChannelToken.VERBS_CLAIM, list(verbs));
    if (session != null) {
      claims.put(ChannelToken.SESSION, session);
    }
    return jwt.generateToken(claims, options());
  }

  private JsonObject claims(Caller.User user, Duration expires) {
    if (expires.toSeconds() < 1) {
      throw new IllegalArgumentException("expires: at least 1 s, not " + expires);
    }
    var claims = new JsonObject();
    put(claims, config.claims().tenant(), user.tenant());
    put(claims, config.claims().user(), user.user());
    long now = System.currentTimeMillis() / 1000;
    return claims.put("iat", now).put("exp", now + expires.toSeconds());
  }

  private JWTOptions options() {
    var options = new JWTOptions().setAlgorithm(Algorithm.HS256.name());
    if (config.issuer() != null) {
      options.setIssuer(config.issuer());
    }
    if (!config.audience().isEmpty()) {
      options.setAudience(config.audience());
    }
    return options;
  }

  private static void put(JsonObject claims, ClaimPath path, Object value) {
    JsonObject inner = claims;
    int last = path.names().size() - 1;
    for (String name : path.names().subList(0, last)) {
      if (!inner.containsKey(name)) {
        inner.put(name, new JsonObject());
      }
      inner = inner.getJsonObject(name);
    }
    inner.put(path.names().get(last), value);
  }

  /** Returns what a token says as {@code kid}; none: the key has no name. */
  private static @Nullable String id(String secret, AuthConfig config) {
    return config.keys().stream()
        .filter(key -> secret.equals(key.secret()) && key.id() != null)
        .map(VerificationKey::id)
        .findFirst()
        .orElse(null);
  }

  private static JsonArray list(Set<String> texts) {
    var list = new JsonArray();
    new TreeSet<>(texts).forEach(list::add);
    return list;
  }
}
