package dev.holdfast.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.auth.IssuerCheck.Finding;
import dev.holdfast.auth.config.AuthConfig;
import dev.holdfast.auth.config.IssuerConfig;
import dev.holdfast.auth.config.Preset;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What an operator reads of an issuer, right and wrong. */
class IssuerCheckTest {
  private static final TestIssuer KEYS = TestIssuer.withKeys();
  private static final String NAME = ProviderTokens.ISSUER;
  private static final String SET = NAME + "keys";

  @Test
  void anIssuerIsReadAndItsTokenGivesACaller() {
    String token = KEYS.sign("RS256", "rsa", ProviderTokens.of(Preset.WORKOS));

    List<Finding> findings = check(IssuerCheckTest::answer, Preset.WORKOS, token);

    assertFalse(problems(findings), text(findings));
    assertHas(findings, "discovery names this issuer, and the keys at " + SET);
    assertHas(findings, "keys 2 of 4 are used, at " + SET);
    assertHas(findings, "key rsa RSA RS256");
    assertHas(
        findings,
        "key ed OKP Ed25519 left out: of no algorithm that the issuer may use: [ES256, RS256]");
    assertHas(findings, "tenant org_id: acme");
    assertHas(findings, "roles roles: [\"editor\"]");
    assertHas(findings, "session sid: session_01");
    assertHas(findings, "token accepted: tenant 'acme', user 'user-7', until ");
    assertHas(findings, "permits publish:topic:*");
  }

  /** The most common mistake: a slash at the end. */
  @Test
  void anIssuerOfAnotherNameIsAProblem() {
    List<Finding> findings =
        check(
            address ->
                answer(address).map(document -> document.put("issuer", "https://id.example")),
            Preset.WORKOS,
            null);

    assertTrue(problems(findings));
    assertHas(
        findings,
        "discovery names the issuer 'https://id.example', and so do its tokens: the setting has to"
            + " be equal to it");
  }

  @Test
  void aRefusedTokenIsShownWithWhatItSays() {
    JsonObject claims = ProviderTokens.of(Preset.WORKOS);
    claims.remove("org_id");

    List<Finding> findings =
        check(IssuerCheckTest::answer, Preset.WORKOS, KEYS.sign("RS256", "rsa", claims));

    assertTrue(problems(findings));
    assertHas(findings, "tenant org_id: no such claim");
    assertHas(findings, "token refused: token: tenant missing: no claim org_id");
  }

  @Test
  void whatIsNoTokenIsRefused() {
    for (String token : List.of("", "x", "a.b.c", "..", "x".repeat(20_000))) {
      List<Finding> findings = check(IssuerCheckTest::answer, Preset.WORKOS, token);
      assertTrue(problems(findings), text(findings));
    }
  }

  @Test
  void aPermissionThatOpensNothingIsNamed() {
    JsonObject claims =
        ProviderTokens.of(Preset.WORKOS).put("permissions", new JsonArray().add("read:all"));

    List<Finding> findings =
        check(IssuerCheckTest::answer, Preset.WORKOS, KEYS.sign("RS256", "rsa", claims));

    assertHas(findings, "permits read:all permits nothing: ");
  }

  @Test
  void withoutDiscoveryTheAddressOfThePresetIsUsed() {
    List<Finding> findings =
        check(
            address ->
                address.getPath().endsWith("/jwks.json")
                    ? KEYS.document(address)
                    : Future.failedFuture("answered 404"),
            Preset.SUPABASE,
            null);

    assertFalse(problems(findings), text(findings));
    assertHas(findings, "discovery not readable at " + NAME + ".well-known/openid-configuration");
    assertHas(findings, "keys 2 of 4 are used, at " + NAME + ".well-known/jwks.json");
  }

  @Test
  void withoutAnyAddressOfKeysTheSettingIsMissing() {
    List<Finding> findings =
        check(address -> Future.failedFuture("answered 404"), Preset.WORKOS, null);

    assertTrue(problems(findings));
    assertHas(findings, "settings jwks: the address of the key set is missing");
  }

  @Test
  void keysThatCannotBeReadOrUsedAreAProblem() {
    assertTrue(
        problems(
            check(
                address ->
                    address.getPath().endsWith("/keys")
                        ? Future.failedFuture("longer than 262144 bytes")
                        : answer(address),
                Preset.WORKOS,
                null)));
    for (Object keys :
        List.of("none", new JsonArray(), new JsonArray().add(5).add(new JsonObject()))) {
      List<Finding> findings =
          check(
              address ->
                  address.getPath().endsWith("/keys")
                      ? Future.succeededFuture(new JsonObject().put("keys", keys))
                      : answer(address),
              Preset.WORKOS,
              null);
      assertTrue(problems(findings), text(findings));
    }
  }

  @Test
  void anAddressThatIsNotSafeIsNotFetched() {
    List<Finding> findings =
        check(
            address ->
                answer(address).map(document -> document.put("jwks_uri", "http://id.example/k")),
            Preset.WORKOS,
            null);

    assertTrue(problems(findings));
    assertHas(findings, "settings jwks: an https:// address, not http://id.example/k");
  }

  private static Future<JsonObject> answer(URI address) {
    return address.toString().equals(SET)
        ? KEYS.document(address)
        : Future.succeededFuture(new JsonObject().put("issuer", NAME).put("jwks_uri", SET));
  }

  private static List<Finding> check(
      Function<URI, Future<JsonObject>> fetch, Preset preset, @Nullable String token) {
    IssuerCheck.Settings settings =
        keySet ->
            new IssuerConfig(
                NAME,
                preset,
                List.of(),
                Set.of(),
                List.of(),
                preset == Preset.WORKOS ? keySet : null,
                null,
                Set.of(),
                Set.of(),
                null,
                Map.of(),
                Map.of(),
                Map.of());
    return new IssuerCheck(fetch, AuthConfig.DEFAULTS).run(NAME, settings, token).result();
  }

  private static boolean problems(List<Finding> findings) {
    return findings.stream().anyMatch(Finding::isProblem);
  }

  private static String text(List<Finding> findings) {
    return findings.stream()
        .map(one -> one.about() + " " + one.text())
        .collect(Collectors.joining("\n"));
  }

  private static void assertHas(List<Finding> findings, String line) {
    boolean has =
        findings.stream().anyMatch(one -> (one.about() + " " + one.text()).startsWith(line));
    assertEquals(true, has, line + "\nin\n" + text(findings));
  }
}
