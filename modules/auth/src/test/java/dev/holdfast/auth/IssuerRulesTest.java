package dev.holdfast.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.holdfast.auth.config.AuthConfig;
import dev.holdfast.auth.config.IssuerConfig;
import dev.holdfast.auth.config.IssuerSettings;
import dev.holdfast.auth.config.Preset;
import dev.holdfast.auth.config.VerificationKey;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the settings of an issuer make of its tokens: roles by tenant, and logins. */
class IssuerRulesTest {
  private static final TestIssuer KEYS = TestIssuer.withKeys();

  /** One issuer may have the users of many tenants, and each of these roles of its own. */
  @Test
  void aRolePermitsWhatItsTenantSays() {
    JsonObject settings =
        settings(Preset.WORKOS)
            .put("rolePermissions", new JsonObject("{\"editor\": [\"history:topic:*\"]}"))
            .put("tenantRoles", new JsonObject("{\"acme\": {\"editor\": [\"history:topic:a\"]}}"));
    JsonObject claims = ProviderTokens.of(Preset.WORKOS).put("permissions", new JsonArray());

    assertEquals(Set.of("history:topic:a"), permissions(settings, claims));
    claims.put("org_id", "other");
    assertEquals(Set.of("history:topic:*"), permissions(settings, claims));
    settings.put("tenantRoles", new JsonObject("{\"other\": {\"editor\": []}}"));
    String stored = IssuerSettings.write(IssuerSettings.read(settings.encode()));
    assertEquals(Set.of(), permissions(new JsonObject(stored), claims));
  }

  @Test
  void rolesThatCanNotBeMeantAreRefused() {
    for (String wrong :
        List.of(
            "\"tenantRoles\": {\"a}b\": {}}",
            "\"tenantRoles\": {\"acme\": null}",
            "\"tenantRoles\": {\"acme\": {\"editor\": null}}",
            "\"rolePermissions\": {\"editor\": null}")) {
      JsonObject settings = settings(Preset.SUPABASE).mergeIn(new JsonObject("{" + wrong + "}"));
      var refused =
          assertThrows(
              IllegalArgumentException.class, () -> IssuerSettings.read(settings.encode()), wrong);
      String member = wrong.substring(1, wrong.indexOf("\":"));
      assertEquals(member, refused.getMessage().split(":")[0], wrong);
    }
  }

  @ParameterizedTest
  @CsvSource({"SUPABASE,session_id", "AUTH0,sid", "WORKOS,sid", "CLERK,sid", "KEYCLOAK,sid"})
  void aTokenSaysOfWhichLoginItIs(Preset preset, String claim) {
    JsonObject claims = ProviderTokens.of(preset).put(claim, "login-1");
    assertEquals("login-1", verify(settings(preset), claims).result().login());
    claims.remove(claim);
    assertNull(verify(settings(preset), claims).result().login());
    claims.put(claim, new JsonObject());
    var refused = (HoldfastException) verify(settings(preset), claims).cause();
    assertEquals(ErrorCode.FORBIDDEN, refused.code());
    assertEquals("token: session at " + claim + " is not one string", refused.publicMessage());
  }

  @Test
  void whereTheLoginStandsIsASetting() {
    JsonObject claims = ProviderTokens.of(Preset.SUPABASE).put("app", "desk");
    JsonObject place = new JsonObject().put("session", "app");
    assertEquals(
        "desk", verify(settings(Preset.SUPABASE).put("claims", place), claims).result().login());
    String own = TestTokens.hs256(TestTokens.claims().put("sid", "x"));
    var keys = AuthConfig.DEFAULTS.withKeys(VerificationKey.hs256(TestTokens.SECRET));
    assertNull(TokenVerifier.of(keys).verify(own).result().login());
  }

  private static JsonObject settings(Preset preset) {
    JsonObject settings =
        new JsonObject()
            .put("issuer", ProviderTokens.ISSUER)
            .put("preset", preset.name().toLowerCase(Locale.ROOT))
            .put("jwks", "https://id.example/keys");
    if (preset == Preset.AUTH0) {
      settings.put("audience", new JsonArray().add("https://api.example"));
    }
    return preset == Preset.CLERK
        ? settings.put("authorizedParties", new JsonArray().add("https://app.example"))
        : settings;
  }

  private static Set<String> permissions(JsonObject settings, JsonObject claims) {
    return verify(settings, claims).result().caller().permissions();
  }

  private static Future<Verified> verify(JsonObject settings, JsonObject claims) {
    IssuerConfig issuer = IssuerSettings.read(settings.encode());
    AuthConfig none = AuthConfig.DEFAULTS;
    var config =
        new AuthConfig(
            List.of(),
            null,
            List.of(),
            none.leeway(),
            true,
            none.claims(),
            none.longestLife(),
            List.of(issuer));
    return TokenVerifier.of(config, new SimpleMeterRegistry(), KEYS::document)
        .verify(KEYS.sign("RS256", "rsa", claims));
  }
}
