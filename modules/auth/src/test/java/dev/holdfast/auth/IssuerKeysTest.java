package dev.holdfast.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.holdfast.auth.config.AuthConfig;
import dev.holdfast.auth.config.IssuerConfig;
import dev.holdfast.auth.config.Preset;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Which keys of a set are asked for a signature. */
class IssuerKeysTest {
  private static final TestIssuer KEYS = TestIssuer.withKeys();

  /** Where all keys have names, a token has to name its own; where one has none, it need not. */
  @Test
  void aTokenNamesItsKeyIfAllKeysHaveNames() {
    TestIssuer one = TestIssuer.withKeys();
    JsonArray keys = one.document(null).result().getJsonArray("keys");
    JsonObject claims = ProviderTokens.of(Preset.SUPABASE);
    String unnamed = one.sign(new JsonObject().put("alg", "RS256"), "rsa", claims);

    var refused = of(keys).verify(unnamed).cause();
    assertEquals("token: kid missing: it has to name its key", refused.getMessage());
    keys.getJsonObject(0).remove("kid");
    assertEquals("acme", of(keys).verify(unnamed).result().caller().tenant());
  }

  private static TokenVerifier of(JsonArray keys) {
    return TokenVerifier.of(
        config(),
        new SimpleMeterRegistry(),
        address -> Future.succeededFuture(new JsonObject().put("keys", keys)));
  }

  /** Without a key the library would take unsigned tokens. */
  @Test
  void noLibraryIsWithoutAKey() {
    IssuerRules rules = IssuerRules.own(config());
    for (JsonObject key :
        List.of(
            new JsonObject().put("kty", "none").put("kid", "a"),
            new JsonObject().put("kty", "oct").put("k", "c2VjcmV0").put("alg", "HS256"))) {
      var refused =
          assertThrows(
              IllegalArgumentException.class, () -> TrustedIssuer.keys(rules, List.of(key)));
      assertEquals("none of its keys can be loaded", refused.getMessage());
    }
    JsonObject key = KEYS.document(null).result().getJsonArray("keys").getJsonObject(0);
    List<JsonObject> alike =
        Stream.generate(() -> key.copy().put("alg", "RS256")).limit(6).toList();
    assertEquals(TrustedIssuer.MOST_ALIKE, TrustedIssuer.keys(rules, alike).libraries().size());
  }

  private static AuthConfig config() {
    var issuer =
        new IssuerConfig(
            ProviderTokens.ISSUER,
            Preset.SUPABASE,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            Map.of(),
            Map.of());
    AuthConfig none = AuthConfig.DEFAULTS;
    return new AuthConfig(
        List.of(),
        null,
        List.of(),
        Duration.ZERO,
        true,
        none.claims(),
        none.longestLife(),
        List.of(issuer));
  }
}
