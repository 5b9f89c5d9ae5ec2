package dev.holdfast.auth.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Settings of issuers that come as JSON: the same checks as for those of the configuration. */
class IssuerSettingsTest {
  private static final String SECRET = "a secret of some forty characters, or so";

  private static final IssuerConfig WHOLE =
      new IssuerConfig(
          "https://id.example",
          Preset.KEYCLOAK,
          List.of("b", "a"),
          Set.of(Algorithm.EDDSA, Algorithm.RS256),
          List.of(),
          "https://id.example/keys",
          null,
          Set.of("t1", "t2", "t3"),
          Set.of("p2", "p1"),
          new IssuerClaims(
              ClaimPath.parse("a\\.b.c"),
              null,
              null,
              ClaimPath.parse("scope"),
              ClaimPath.parse("sid")),
          Map.of("editor", List.of("publish:topic:*")),
          Map.of(),
          Map.of("t2", Map.of("editor", List.of("history:topic:*"), "a", List.of())));

  @Test
  void whatIsWrittenIsReadAndWrittenAgainAsTheSame() {
    String text = IssuerSettings.write(WHOLE);

    assertEquals(WHOLE, IssuerSettings.read(text));
    assertEquals(text, IssuerSettings.write(IssuerSettings.read(text)));
    assertTrue(text.contains("\"tenants\":[\"t1\",\"t2\",\"t3\"]"), text);
    assertTrue(text.contains("\"preset\":\"keycloak\""), text);
    String short1 = "{\"issuer\":\"https://a.example\",\"preset\":\"supabase\"}";
    assertEquals(
        "{\"issuer\":\"https://a.example\",\"preset\":\"supabase\",\"algorithms\":[\"ES256\",\"RS256\"]}",
        IssuerSettings.write(IssuerSettings.read(short1)));
  }

  @Test
  void aSecretIsNeitherTakenNorShown() {
    var configured =
        new IssuerConfig(
            "https://hs.example",
            null,
            List.of(),
            Set.of(),
            List.of(VerificationKey.hs256(SECRET)),
            null,
            "acme",
            Set.of(),
            Set.of(),
            IssuerClaims.NONE,
            Map.of(),
            Map.of(),
            Map.of());

    assertFalse(IssuerSettings.show(configured).contains(SECRET));
    assertTrue(IssuerSettings.show(configured).contains("HS256"));
    String problem = problem(IssuerSettings.write(configured));
    assertTrue(problem.startsWith("keys: public keys only"), problem);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "| a value of another type",
        "{ | not one JSON object",
        "null | an object is needed",
        "[] | a value of another type",
        "{} | issuer: missing",
        "{\"issuer\":\"x\"} | jwks: the address of the key set is missing",
        "{\"issuer\":5,\"jwks\":\"https://a\"} | issuer: a value of another type",
        "{\"issuer\":\"x\",\"issuer\":\"y\"} | not one JSON object, or a member twice",
        "{\"issuer\":\"x\",\"jwks\":\"http://a.example\"} | jwks: an https:// address",
        "{\"issuer\":\"x\",\"jwks\":\"https://u:p@a.example\"} | jwks: an https:// address",
        "{\"issuer\":\"x\",\"jwks\":\"https://a\",\"kind\":\"y\"} | kind: unknown; known here: algorithms, audience",
        "{\"issuer\":\"x\",\"preset\":\"okta\"} | preset: one of supabase",
        "{\"issuer\":\"x\",\"preset\":1} | preset: one of supabase",
        "{\"issuer\":\"https://x\",\"preset\":\"clerk\"} | authorizedParties: clerk needs",
        "{\"issuer\":\"x\",\"jwks\":\"https://a\",\"tenant\":\"a:b\"} | tenants:",
        "{\"issuer\":\"x\",\"jwks\":\"https://a\",\"tenants\":[null]} | a value of another type",
        "{\"issuer\":\"x\",\"jwks\":\"https://a\",\"algorithms\":[\"hs256\"]} | algorithms: a key set",
        "{\"issuer\":\"x\",\"jwks\":\"https://a\",\"algorithms\":[\"none\"]} | algorithms[0]: one of hs256",
        "{\"issuer\":\"x\",\"jwks\":\"https://a\",\"claims\":{\"user\":\"a..b\"}} | claims.user: names with dots",
        "{\"issuer\":\"x\",\"keys\":[{\"algorithm\":\"RS256\"}]} | keys[0]: publicKey: RS256 takes",
        "{\"issuer\":\"x\",\"keys\":[{\"algorithm\":\"RS256\",\"publicKey\":{\"file\":\"/etc/passwd\"}}]} | keys[0].publicKey: a value",
        "{\"issuer\":\"#\",\"jwks\":\"https://a\"} | issuer: at most 512 characters",
        "{\"issuer\":\"x y\",\"jwks\":\"https://a\"} | issuer: at most 512 characters",
      })
  void whatIsWrongIsNamed(String json, String problem) {
    String said = problem(json == null ? "" : json);

    assertTrue(said.startsWith(problem), said);
  }

  @Test
  void settingsAreBounded() {
    JsonArray many = new JsonArray();
    for (int i = 0; i < 1_000; i++) {
      many.add("tenant-" + i);
    }
    String json =
        new JsonObject().put("issuer", "x").put("jwks", "https://a").put("tenants", many).encode();

    assertEquals("longer than 4096 characters", problem(json));
  }

  private static String problem(String json) {
    return assertThrows(IllegalArgumentException.class, () -> IssuerSettings.read(json))
        .getMessage();
  }
}
