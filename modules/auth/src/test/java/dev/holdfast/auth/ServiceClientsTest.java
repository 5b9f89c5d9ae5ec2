package dev.holdfast.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.auth.config.AuthConfig;
import dev.holdfast.auth.config.ClaimPaths;
import dev.holdfast.auth.config.IssuerClaims;
import dev.holdfast.auth.config.IssuerConfig;
import dev.holdfast.auth.config.Preset;
import dev.holdfast.auth.config.ServiceClients;
import dev.holdfast.auth.config.VerificationKey;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tokens that clients of an issuer get for themselves, and those that only look so. */
class ServiceClientsTest {
  private static final TestIssuer KEYS = TestIssuer.withKeys();
  private static final String NAME = "https://id.example";
  private static final String CLIENT = "Billing-App";

  @ParameterizedTest
  @CsvSource({
    // preset, member that is changed, its value; whether it is a service's
    ",,,true",
    ",sub,ann,false",
    ",client_id,other,false",
    ",azp,Billing-App,true",
    ",azp,other,false",
    "AUTH0,,,true",
    "AUTH0,gty,password,false",
    "AUTH0,gty,,false",
    "AUTH0,azp,other,false",
    "KEYCLOAK,,,true",
    "KEYCLOAK,preferred_username,ann,false",
    // a user who took that name
    "KEYCLOAK,client_id,,false",
    "KEYCLOAK,client_id,other,false"
  })
  void onlyATokenOfAClientItselfIsAService(
      Preset preset, String member, String value, boolean service) {
    JsonObject claims = claims(preset);
    if (member != null && value == null) {
      claims.remove(member);
    } else if (member != null) {
      claims.put(member, value);
    }
    Verified verified = verified(issuer(preset, "acme", Set.of()), claims);

    ServiceAccount account = verified.account();
    assertEquals(service ? new ServiceAccount("billing", CLIENT, Set.of("acme")) : null, account);
    assertEquals(service, verified.caller().permissions().contains("service:billing"));
  }

  @Test
  void itActsForTheTenantsThatItsTokenNamesOfThoseThatItsIssuerMayName() {
    JsonObject two = claims(null);
    two.getJsonObject("app_metadata").put("tenant_id", new JsonArray().add("b").add("a"));

    Verified any = verified(issuer(null, null, Set.of()), two);
    assertEquals(Set.of("a", "b"), any.account().tenants());
    JsonObject none = claims(null);
    none.getJsonObject("app_metadata").remove("tenant_id");
    Verified listed = verified(issuer(null, null, Set.of("a", "c")), none);
    assertEquals(Set.of("a", "c"), listed.account().tenants());
    assertEquals(ErrorCode.FORBIDDEN, refusal(issuer(null, null, Set.of()), none));
    assertEquals(ErrorCode.FORBIDDEN, refusal(issuer(null, null, Set.of("a")), two));
    JsonArray many = new JsonArray();
    for (int i = 0; i < ServiceAccount.MOST_TENANTS; i++) {
      many.add("t" + i);
    }
    two.getJsonObject("app_metadata").put("tenant_id", many);
    Verified most = verified(issuer(null, null, Set.of()), two);
    assertEquals(ServiceAccount.MOST_TENANTS, most.account().tenants().size());
    many.add("more");
    two.getJsonObject("app_metadata").put("tenant_id", many);
    assertEquals(ErrorCode.FORBIDDEN, refusal(issuer(null, null, Set.of()), two));
    two.getJsonObject("app_metadata").put("tenant_id", new JsonArray().add("*"));
    assertEquals(ErrorCode.FORBIDDEN, refusal(issuer(null, null, Set.of()), two));
  }

  /** Only the first of them is the one of its caller, whose name is looked at anyway. */
  @Test
  void eachOfItsTenantsHasAName() {
    JsonObject two = claims(null);
    two.getJsonObject("app_metadata").put("tenant_id", new JsonArray().add("a").add("b}"));
    TokenVerifier verifier = verifier(issuer(null, null, Set.of()));

    var refused = verifier.verify(KEYS.sign("RS256", "rsa", two), "a");
    assertEquals(ErrorCode.FORBIDDEN, code(refused.cause()));
  }

  @Test
  void itsTenantsMayBeTheNamesOfAMapWhereOrganizationsAre() {
    JsonObject map = new JsonObject().put("a", new JsonObject()).put("b", new JsonObject());
    JsonObject keycloak = claims(Preset.KEYCLOAK).put("organization", map);
    JsonObject other = claims(null);
    other.getJsonObject("app_metadata").put("tenant_id", map);

    Verified two = verified(issuer(Preset.KEYCLOAK, null, Set.of()), keycloak);
    assertEquals(Set.of("a", "b"), two.account().tenants());
    JsonObject list = keycloak.copy().put("organization", new JsonArray().add("a").add("c"));
    Verified listed = verified(issuer(Preset.KEYCLOAK, null, Set.of()), list);
    assertEquals(Set.of("a", "c"), listed.account().tenants());
    assertEquals(ErrorCode.FORBIDDEN, refusal(issuer(null, null, Set.of()), other));
  }

  @Test
  void ofSeveralTenantsOneHasToBeNamed() {
    JsonObject two = claims(null);
    two.getJsonObject("app_metadata").put("tenant_id", new JsonArray().add("b").add("a"));
    TokenVerifier verifier = verifier(issuer(null, null, Set.of()));
    String token = KEYS.sign("RS256", "rsa", two);

    assertEquals(ErrorCode.FORBIDDEN, code(verifier.verify(token).cause()));
    assertEquals(ErrorCode.FORBIDDEN, code(verifier.verify(token, "c").cause()));
    assertEquals("a", verifier.verify(token, "a").result().caller().tenant());
    assertEquals("b", verifier.verify(token, "b").result().caller().tenant());
    String user = TestTokens.hs256(TestTokens.claims());
    assertTrue(verifier.verify(user, TestTokens.TENANT).succeeded());
    assertEquals(ErrorCode.FORBIDDEN, code(verifier.verify(user, "a").cause()));
  }

  @Test
  void oneOfItsTenantsThatMayNotWorkKeepsNoOtherAway() {
    JsonObject two = claims(null);
    two.getJsonObject("app_metadata").put("tenant_id", new JsonArray().add("b").add("a"));
    TokenVerifier verifier =
        verifier(issuer(null, null, Set.of()))
            .admitting(
                tenant ->
                    tenant.equals("a")
                        ? Optional.of(ErrorCode.TENANT_SUSPENDED)
                        : Optional.empty());
    String token = KEYS.sign("RS256", "rsa", two);

    Verified any = verifier.verify(token, TokenVerifier.ANY_TENANT).result();
    assertEquals("b", any.caller().tenant());
    assertEquals(Set.of("a", "b"), any.account().tenants());
    assertEquals(ErrorCode.TENANT_SUSPENDED, code(verifier.verify(token, "a").cause()));
  }

  /** A token says which service it is by its client alone. */
  @Test
  void aPermissionMakesItNoOtherService() {
    JsonObject claims = claims(null);
    claims
        .getJsonObject("app_metadata")
        .put("permissions", new JsonArray().add("service:root").add("publish:topic:*"));

    Verified verified = verified(issuer(null, "acme", Set.of()), claims);

    assertEquals(Set.of("service:billing", "publish:topic:*"), verified.caller().permissions());
  }

  @Test
  void itHasNoSessionToWhichAChannelIsAdded() {
    JsonObject claims = claims(null).put("hf_channel", "topic:a");
    TokenVerifier verifier = verifier(issuer(null, "acme", Set.of()));
    String service = KEYS.sign("RS256", "rsa", claims);
    String user = KEYS.sign("RS256", "rsa", claims.copy().put("sub", "ann"));

    assertEquals(ErrorCode.FORBIDDEN, code(verifier.verifyForChannel(service).cause()));
    assertEquals(ErrorCode.UNAUTHORIZED, code(verifier.verify(service).cause()));
    assertEquals("ann", verifier.verifyForChannel(user).result().token().caller().user());
  }

  @Test
  void namesOfServicesAreChecked() {
    for (Map<String, String> wrong : List.of(Map.of("c", "a b"), Map.of(" ", "billing"))) {
      assertThrows(IllegalArgumentException.class, () -> issuer(wrong));
    }
    assertFalse(issuer(Map.of()).services().containsKey("c"));
    assertNull(new ServiceClients(Map.of(), null).client(claims(null)));
  }

  private static JsonObject claims(Preset preset) {
    long now = TestTokens.now();
    JsonObject claims = new JsonObject().put("iss", NAME).put("iat", now).put("exp", now + 600);
    claims.put("app_metadata", new JsonObject().put("tenant_id", "acme"));
    if (preset == Preset.AUTH0) {
      return claims
          .put("sub", CLIENT + "@clients")
          .put("azp", CLIENT)
          .put("aud", "api")
          .put("org_id", "acme")
          .put("gty", "client-credentials");
    }
    if (preset == Preset.KEYCLOAK) {
      return claims
          .put("sub", "0f3a")
          .put("typ", "Bearer")
          .put("azp", CLIENT)
          .put("client_id", CLIENT)
          .put("organization", "acme")
          .put("preferred_username", "service-account-billing-app");
    }
    return claims.put("sub", CLIENT).put("client_id", CLIENT);
  }

  private static IssuerConfig issuer(Map<String, String> services) {
    return issuer(null, "acme", Set.of(), services);
  }

  private static IssuerConfig issuer(Preset preset, String tenant, Set<String> tenants) {
    return issuer(preset, tenant, tenants, Map.of(CLIENT, "billing"));
  }

  private static IssuerConfig issuer(
      Preset preset, String tenant, Set<String> tenants, Map<String, String> services) {
    return new IssuerConfig(
        NAME,
        preset,
        preset == Preset.AUTH0 ? List.of("api") : List.of(),
        Set.of(),
        List.of(),
        "https://keys.example",
        tenant,
        tenants,
        Set.of(),
        IssuerClaims.NONE,
        Map.of(),
        services,
        Map.of());
  }

  private static TokenVerifier verifier(IssuerConfig issuer) {
    return TokenVerifier.of(
        new AuthConfig(
            List.of(VerificationKey.hs256(TestTokens.SECRET)),
            null,
            List.of(),
            AuthConfig.DEFAULTS.leeway(),
            true,
            ClaimPaths.DEFAULTS,
            AuthConfig.DEFAULTS.longestLife(),
            List.of(issuer)),
        new SimpleMeterRegistry(),
        KEYS::document);
  }

  private static Verified verified(IssuerConfig issuer, JsonObject claims) {
    return verifier(issuer)
        .verify(KEYS.sign("RS256", "rsa", claims), TokenVerifier.ANY_TENANT)
        .result();
  }

  private static ErrorCode refusal(IssuerConfig issuer, JsonObject claims) {
    return code(verifier(issuer).verify(KEYS.sign("RS256", "rsa", claims)).cause());
  }

  private static ErrorCode code(Throwable failure) {
    return ((HoldfastException) failure).code();
  }
}
