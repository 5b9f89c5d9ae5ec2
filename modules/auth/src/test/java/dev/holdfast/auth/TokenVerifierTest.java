package dev.holdfast.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.auth.config.AuthConfig;
import dev.holdfast.auth.config.ClaimPath;
import dev.holdfast.auth.config.ClaimPaths;
import dev.holdfast.auth.config.VerificationKey;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenVerifierTest {
  private static final KeyPair RSA = TestTokens.rsa(2048);
  private static final KeyPair EC = TestTokens.ec("secp256r1");
  private static final AuthConfig ALL_KEYS =
      AuthConfig.DEFAULTS.withKeys(
          VerificationKey.hs256(TestTokens.SECRET),
          VerificationKey.rs256(TestTokens.pem(RSA)),
          VerificationKey.es256(TestTokens.pem(EC)));

  private final TokenVerifier verifier = TokenVerifier.of(ALL_KEYS);

  static Stream<String> oneOfEachAlgorithm() {
    return Stream.of(
        TestTokens.hs256(TestTokens.claims()),
        TestTokens.signed("RS256", TestTokens.claims(), RSA.getPrivate()),
        TestTokens.signed("ES256", TestTokens.claims(), EC.getPrivate()));
  }

  @ParameterizedTest
  @MethodSource("oneOfEachAlgorithm")
  void acceptsWhatATrustedKeySigned(String token) {
    Verified verified = verifier.verify(token).result();

    assertEquals(TestTokens.TENANT, verified.caller().tenant());
    assertEquals("ann", verified.caller().user());
    assertEquals(Set.of("editor"), verified.caller().roles());
    assertEquals(Set.of("publish:topic:*"), verified.caller().permissions());
    assertTrue(verified.expiresAt() > System.currentTimeMillis());
  }

  static Stream<Arguments> forgeries() {
    JsonObject claims = TestTokens.claims();
    String good = TestTokens.hs256(claims);
    String otherClaims = TestTokens.hs256(TestTokens.claims().put("sub", "bob"));
    byte[] publicPem = TestTokens.pem(RSA).getBytes(StandardCharsets.UTF_8);
    return Stream.of(
        Arguments.of("none, two segments", TestTokens.unsigned("none", claims)),
        Arguments.of("none, empty signature", TestTokens.unsigned("none", claims) + "."),
        Arguments.of("none, a signature", TestTokens.unsigned("none", claims) + ".AAAA"),
        Arguments.of("None", TestTokens.unsigned("None", claims) + ".AAAA"),
        Arguments.of("public key as a secret", TestTokens.hs256(claims, publicPem)),
        Arguments.of(
            "public key bytes as a secret", TestTokens.hs256(claims, RSA.getPublic().getEncoded())),
        Arguments.of("another secret", TestTokens.hs256(claims, new byte[32])),
        Arguments.of(
            "another RSA key",
            TestTokens.signed("RS256", claims, TestTokens.rsa(2048).getPrivate())),
        Arguments.of(
            "another EC key",
            TestTokens.signed("ES256", claims, TestTokens.ec("secp256r1").getPrivate())),
        Arguments.of(
            "zeros as ES256 signature",
            TestTokens.unsigned("ES256", claims) + "." + TestTokens.base64(new byte[64])),
        Arguments.of("unknown algorithm", TestTokens.unsigned("HS512", claims) + ".AAAA"),
        Arguments.of(
            "claims exchanged",
            good.split("\\.")[0] + "." + otherClaims.split("\\.")[1] + "." + good.split("\\.")[2]),
        Arguments.of("signature cut off", good.substring(0, good.lastIndexOf('.'))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("forgeries")
  void refusesAForgery(String what, String token) {
    assertRefused(ErrorCode.UNAUTHORIZED, verifier.verify(token));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", ".", "..", "x", "a.b.c", "....", "e30.e30.e30", "\u0000", "%%%.%%%.%%%"})
  void refusesGarbage(String token) {
    assertRefused(ErrorCode.UNAUTHORIZED, verifier.verify(token));
  }

  @Test
  void refusesNoToken() {
    assertRefused(ErrorCode.UNAUTHORIZED, verifier.verify(null));
  }

  @Test
  void refusesALongTokenUnreadThoughItIsGenuine() {
    String token = TestTokens.hs256(TestTokens.claims().put("padding", "x".repeat(16_384)));

    HoldfastException refusal = assertRefused(ErrorCode.UNAUTHORIZED, verifier.verify(token));

    assertTrue(refusal.getMessage().contains("longer"), refusal.getMessage());
  }

  static Stream<Arguments> wrongTimes() {
    long now = TestTokens.now();
    return Stream.of(
        change("expired", claims -> claims.put("exp", now - 1)),
        change("expires now", claims -> claims.put("exp", now)),
        change("not yet valid", claims -> claims.put("nbf", now + 60)),
        change("issued in the future", claims -> claims.put("iat", now + 60)),
        change("exp negative", claims -> claims.put("exp", -1)),
        change("exp a string", claims -> claims.put("exp", "tomorrow")),
        change("exp an object", claims -> claims.put("exp", new JsonObject())),
        change("exp null", claims -> claims.putNull("exp")),
        change("nbf a string", claims -> claims.put("nbf", "1")),
        change("no exp", claims -> without(claims, "exp")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("wrongTimes")
  void refusesAWrongTime(String what, UnaryOperator<JsonObject> change) {
    assertRefused(ErrorCode.UNAUTHORIZED, verify(verifier, change));
  }

  @Test
  void acceptsATokenWithoutExpiryWhereThatIsConfigured() {
    var lenient =
        TokenVerifier.of(
            new AuthConfig(
                ALL_KEYS.keys(), null, List.of(), Duration.ZERO, false, ClaimPaths.DEFAULTS));

    assertEquals(0, verify(lenient, claims -> without(claims, "exp")).result().expiresAt());
  }

  @Test
  void allowsForClocksWithinTheLeewayOnly() {
    var lenient =
        TokenVerifier.of(
            new AuthConfig(
                ALL_KEYS.keys(),
                null,
                List.of(),
                Duration.ofSeconds(30),
                true,
                ClaimPaths.DEFAULTS));
    long now = TestTokens.now();

    assertTrue(verify(lenient, claims -> claims.put("exp", now - 10)).succeeded());
    assertTrue(verify(lenient, claims -> claims.put("nbf", now + 10)).succeeded());
    assertRefused(ErrorCode.UNAUTHORIZED, verify(lenient, claims -> claims.put("exp", now - 31)));
  }

  /** An issuer, or a node, whose clock is ten minutes ahead or behind: refused, never let in. */
  @Test
  void aClockTenMinutesOffLetsNobodyInWhoMayNot() {
    var lenient =
        TokenVerifier.of(
            new AuthConfig(
                ALL_KEYS.keys(),
                null,
                List.of(),
                Duration.ofSeconds(30),
                true,
                ClaimPaths.DEFAULTS));
    long ahead = TestTokens.now() + 600;
    long behind = TestTokens.now() - 600;

    assertRefused(
        ErrorCode.UNAUTHORIZED,
        verify(lenient, claims -> claims.put("iat", ahead).put("exp", ahead + 300)));
    assertRefused(
        ErrorCode.UNAUTHORIZED,
        verify(lenient, claims -> claims.put("nbf", ahead).put("exp", ahead + 300)));
    assertRefused(
        ErrorCode.UNAUTHORIZED,
        verify(lenient, claims -> claims.put("iat", behind).put("exp", behind + 300)));
    assertTrue(
        verify(lenient, claims -> claims.put("iat", behind).put("exp", behind + 3_600))
            .succeeded());
  }

  static Stream<Arguments> othersTokens() {
    return Stream.of(
        change("no issuer", claims -> without(claims, "iss")),
        change("another issuer", claims -> claims.put("iss", "https://evil.example")),
        change("issuer a number", claims -> claims.put("iss", 7)),
        change("issuer an array", claims -> claims.put("iss", new JsonArray().add("https://id"))),
        change("no audience", claims -> without(claims, "aud")),
        change("another audience", claims -> claims.put("aud", "billing")),
        change("other audiences", claims -> claims.put("aud", new JsonArray().add("billing"))),
        change("audience a number", claims -> claims.put("aud", 7)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("othersTokens")
  void refusesATokenOfOrForSomeoneElse(String what, UnaryOperator<JsonObject> change) {
    TokenVerifier strict = withIssuerAndAudience();

    assertTrue(verify(strict, TokenVerifierTest::ours).succeeded());
    assertRefused(ErrorCode.UNAUTHORIZED, verify(strict, claims -> change.apply(ours(claims))));
  }

  @Test
  void acceptsOneOfSeveralAudiences() {
    var both = new JsonArray().add("billing").add("holdfast");

    assertTrue(
        verify(withIssuerAndAudience(), claims -> ours(claims).put("aud", both)).succeeded());
  }

  static Stream<Arguments> unclearCallers() {
    return Stream.of(
        change("no tenant", claims -> tenant(claims, null)),
        change("empty tenant", claims -> tenant(claims, "")),
        change("several tenants", claims -> tenant(claims, new JsonArray().add("a").add("b"))),
        change("one tenant in an array", claims -> tenant(claims, new JsonArray().add("a"))),
        change("tenant a number", claims -> tenant(claims, 7)),
        change("malformed tenant", claims -> tenant(claims, "a}b")),
        change("tenant too long", claims -> tenant(claims, "a".repeat(65))),
        change("no app_metadata", claims -> without(claims, "app_metadata")),
        change("app_metadata a string", claims -> claims.put("app_metadata", "x")),
        change("no user", claims -> without(claims, "sub")),
        change("user a number", claims -> claims.put("sub", 7)),
        change("user an object", claims -> claims.put("sub", new JsonObject().put("id", "a"))),
        change("user an array", claims -> claims.put("sub", new JsonArray().add("a"))),
        change("tenant an object", claims -> tenant(claims, new JsonObject().put("id", "a"))),
        change("tenant with a separator", claims -> tenant(claims, "a/b")),
        change("tenant with a mark of files", claims -> tenant(claims, "a!b")),
        change("tenant of two parts", claims -> tenant(claims, "a:b")),
        change("tenant a part of a path", claims -> tenant(claims, "..")),
        change("tenant that looks like another", claims -> tenant(claims, "\u0430cme")),
        change("tenant in another case of width", claims -> tenant(claims, "\uff41cme")),
        change("tenant with a space of no width", claims -> tenant(claims, "acme\u200b")),
        change("roles an object", claims -> metadata(claims, "roles", new JsonObject())),
        change(
            "permissions an object", claims -> metadata(claims, "permissions", new JsonObject())),
        change("malformed user", claims -> claims.put("sub", "ann bob")),
        change("roles a number", claims -> metadata(claims, "roles", 7)),
        change(
            "a permission that is no string",
            claims -> metadata(claims, "permissions", new JsonArray().add(7))),
        change(
            "a null permission",
            claims -> metadata(claims, "permissions", new JsonArray().addNull())));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("unclearCallers")
  void forbidsAGenuineTokenThatIsUnclear(String what, UnaryOperator<JsonObject> change) {
    assertRefused(ErrorCode.FORBIDDEN, verify(verifier, change));
  }

  @Test
  void readsPermissionsFromOneStringToo() {
    var verified =
        verify(verifier, claims -> metadata(claims, "permissions", "publish:a  subscribe:b"));

    assertEquals(Set.of("publish:a", "subscribe:b"), verified.result().caller().permissions());
  }

  @Test
  void findsClaimsWhoseNamesHoldDots() {
    var paths =
        new ClaimPaths(
            ClaimPath.parse("https://acme\\.example/tenant"),
            ClaimPath.parse("identity.name"),
            ClaimPath.parse("r"),
            ClaimPath.parse("p"));
    var verifier =
        TokenVerifier.of(
            new AuthConfig(ALL_KEYS.keys(), null, List.of(), Duration.ZERO, true, paths));
    var claims =
        new JsonObject()
            .put("exp", TestTokens.now() + 60)
            .put("https://acme.example/tenant", "acme")
            .put("identity", new JsonObject().put("name", "ann"));

    Verified verified = verifier.verify(TestTokens.hs256(claims)).result();

    assertEquals("acme", verified.caller().tenant());
    assertEquals("ann", verified.caller().user());
    assertEquals(Set.of(), verified.caller().permissions());
  }

  @Test
  void acceptsNothingWithoutAKey() {
    assertThrows(IllegalArgumentException.class, () -> TokenVerifier.of(AuthConfig.DEFAULTS));
  }

  private static HoldfastException assertRefused(ErrorCode code, Future<Verified> outcome) {
    assertTrue(outcome.failed(), () -> "accepted: " + outcome.result());
    var refusal = assertInstanceOf(HoldfastException.class, outcome.cause());
    assertEquals(code, refusal.code(), refusal.getMessage());
    assertTrue(refusal.publicMessage().startsWith("token: "), refusal.publicMessage());
    assertEquals(refusal.getMessage(), refusal.publicMessage());
    assertFalse(refusal.getMessage().isBlank());
    return refusal;
  }

  private static Future<Verified> verify(TokenVerifier verifier, UnaryOperator<JsonObject> change) {
    return verifier.verify(TestTokens.hs256(change.apply(TestTokens.claims())));
  }

  private static TokenVerifier withIssuerAndAudience() {
    return TokenVerifier.of(
        new AuthConfig(
            ALL_KEYS.keys(),
            "https://id",
            List.of("holdfast"),
            Duration.ZERO,
            true,
            ClaimPaths.DEFAULTS));
  }

  private static JsonObject ours(JsonObject claims) {
    return claims.put("iss", "https://id").put("aud", "holdfast");
  }

  private static JsonObject tenant(JsonObject claims, Object tenant) {
    return metadata(claims, "tenant_id", tenant);
  }

  private static JsonObject metadata(JsonObject claims, String name, Object value) {
    claims.getJsonObject("app_metadata").put(name, value);
    return claims;
  }

  private static JsonObject without(JsonObject claims, String name) {
    claims.remove(name);
    return claims;
  }

  private static Arguments change(String what, UnaryOperator<JsonObject> change) {
    return Arguments.of(what, change);
  }
}
