package dev.holdfast.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.auth.config.Algorithm;
import dev.holdfast.auth.config.AuthConfig;
import dev.holdfast.auth.config.IssuerConfig;
import dev.holdfast.auth.config.Preset;
import dev.holdfast.auth.config.VerificationKey;
import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Tokens of providers, in the shapes of their documentation, and what is not one of theirs. */
class IssuersTest {
  private static final TestIssuer KEYS = TestIssuer.withKeys();
  private static final String NAME = ProviderTokens.ISSUER;
  private static final Set<Algorithm> ALL =
      Set.of(Algorithm.RS256, Algorithm.PS256, Algorithm.ES256, Algorithm.ES384, Algorithm.EDDSA);

  @ParameterizedTest
  @EnumSource(Preset.class)
  void aTokenOfEachProviderNamesItsCaller(Preset preset) {
    Caller.User caller = verified(verifier(preset), ProviderTokens.of(preset));

    assertEquals("acme", caller.tenant());
    assertEquals(preset == Preset.AUTH0 ? "auth0|65f0" : "user-7", caller.user());
    boolean named = preset == Preset.AUTH0 || preset == Preset.WORKOS;
    Set<String> permissions = named ? Set.of("publish:topic:*") : Set.of("subscribe:topic:drafts");
    if (preset == Preset.WORKOS) {
      permissions = Set.of("publish:topic:*", "subscribe:topic:drafts");
    }
    assertEquals(permissions, caller.permissions());
  }

  @ParameterizedTest
  @CsvSource({
    "SUPABASE,role,anon,UNAUTHORIZED",
    "SUPABASE,role,service_role,UNAUTHORIZED",
    "SUPABASE,app_metadata,,FORBIDDEN",
    "SUPABASE,aud,other,UNAUTHORIZED",
    "AUTH0,org_id,,FORBIDDEN",
    "AUTH0,aud,https://other.example,UNAUTHORIZED",
    "WORKOS,org_id,,FORBIDDEN",
    "WORKOS,iss,https://id.example,UNAUTHORIZED",
    "CLERK,azp,https://evil.example,UNAUTHORIZED",
    "CLERK,azp,,UNAUTHORIZED",
    "CLERK,o,acme,FORBIDDEN",
    "KEYCLOAK,typ,ID,UNAUTHORIZED",
    "KEYCLOAK,typ,Refresh,UNAUTHORIZED",
    "KEYCLOAK,organization,,FORBIDDEN",
    "KEYCLOAK,organization,a:b,FORBIDDEN",
    "KEYCLOAK,organization,a/../b,FORBIDDEN",
    "KEYCLOAK,organization,{acme},FORBIDDEN",
    "KEYCLOAK,organization,аcme,FORBIDDEN"
  })
  void aTokenForAnotherUseIsRefused(Preset preset, String claim, String value, ErrorCode code) {
    JsonObject claims = ProviderTokens.of(preset).put(claim, value);
    if (value == null) {
      claims.remove(claim);
    }
    assertEquals(code, refusal(verifier(preset), sign(claims)));
  }

  @Test
  void ofSeveralOrganizationsNoneIsChosen() {
    TokenVerifier keycloak = verifier(Preset.KEYCLOAK);
    assertEquals(
        "acme",
        verified(keycloak, ProviderTokens.of(Preset.KEYCLOAK).put("organization", list("acme")))
            .tenant());
    for (Object organizations :
        List.of(
            list("acme", "other"),
            new JsonArray(),
            new JsonArray().add(5),
            new JsonObject(),
            new JsonObject().put("acme", 1).put("other", 1))) {
      JsonObject claims = ProviderTokens.of(Preset.KEYCLOAK).put("organization", organizations);
      assertEquals(ErrorCode.FORBIDDEN, refusal(keycloak, sign(claims)), "" + organizations);
    }
  }

  @ParameterizedTest
  @CsvSource({"RS256,rsa", "PS256,rsa", "ES256,ec", "ES384,ec384", "EdDSA,ed"})
  void eachAlgorithmIsVerifiedIfItIsAllowed(String algorithm, String key) {
    JsonObject claims = ProviderTokens.of(Preset.SUPABASE);
    String token = KEYS.sign(algorithm, key, claims);
    String broken = token.substring(0, token.length() - 8) + "AAAAAAAA";

    assertEquals(
        "acme", verifier(issuer(Preset.SUPABASE, ALL)).verify(token).result().caller().tenant());
    assertEquals(ErrorCode.UNAUTHORIZED, refusal(verifier(issuer(Preset.SUPABASE, ALL)), broken));
    Set<Algorithm> others = new java.util.HashSet<>(ALL);
    others.removeIf(one -> one.wireName().equals(algorithm));
    assertEquals(ErrorCode.UNAUTHORIZED, refusal(verifier(issuer(Preset.SUPABASE, others)), token));
  }

  /** The key of one kind is never taken for one of another, nor for a secret. */
  @Test
  void headersThatMisleadAreRefused() {
    TokenVerifier verifier = verifier(issuer(Preset.SUPABASE, ALL));
    JsonObject claims = ProviderTokens.of(Preset.SUPABASE);
    JsonObject good = new JsonObject().put("alg", "RS256").put("kid", "rsa");
    for (JsonObject header :
        List.of(
            good.copy().put("crit", list("exp")), good.copy().put("crit", list("x")).put("x", 1))) {
      assertEquals(ErrorCode.UNAUTHORIZED, refusal(verifier, KEYS.sign(header, claims)));
    }
    String foreign = "https://evil.example/keys";
    JsonObject pointing = good.copy().put("jku", foreign).put("x5u", foreign);
    int before = KEYS.fetched;
    assertEquals("acme", verifier.verify(KEYS.sign(pointing, claims)).result().caller().tenant());
    assertTrue(KEYS.fetched <= before, "no address of a token is asked");
    for (String kid : List.of("../../etc/passwd", "ec", "", "rsa\u0000", "RSA")) {
      String token = renamed(KEYS.sign(good, claims), kid);
      assertEquals(ErrorCode.UNAUTHORIZED, refusal(verifier, token), kid);
    }
    String unnamed = renamed(KEYS.sign(good, claims), null);
    assertEquals(ErrorCode.UNAUTHORIZED, refusal(verifier, unnamed));
    String none = TestTokens.unsigned("none", claims) + ".";
    assertEquals(ErrorCode.UNAUTHORIZED, refusal(verifier, none));
  }

  /** The same signed part under another header: the signature is wrong then, whatever it says. */
  private static String renamed(String token, String kid) {
    String[] parts = token.split("\\.");
    JsonObject header = new JsonObject().put("alg", "RS256");
    if (kid != null) {
      header.put("kid", kid);
    }
    return TestTokens.base64(header.encode().getBytes(java.nio.charset.StandardCharsets.UTF_8))
        + "."
        + parts[1]
        + "."
        + parts[2];
  }

  @Test
  void aTokenBelongsToTheIssuerThatItNamesAlone() {
    TestIssuer other = TestIssuer.withKeys();
    AuthConfig config =
        config(
            issuer(Preset.SUPABASE, ALL),
            of("https://other.example", Preset.SUPABASE, ALL, null, null));
    TokenVerifier verifier =
        TokenVerifier.of(
            config,
            new SimpleMeterRegistry(),
            address ->
                address.getHost().equals("other.example")
                    ? other.document(address)
                    : KEYS.document(address));
    JsonObject claims = ProviderTokens.of(Preset.SUPABASE);

    assertEquals("acme", verified(verifier, claims).tenant());
    assertEquals(ErrorCode.UNAUTHORIZED, refusal(verifier, other.sign("RS256", "rsa", claims)));
    JsonObject others = claims.copy().put("iss", "https://other.example");
    assertEquals(ErrorCode.UNAUTHORIZED, refusal(verifier, sign(others)));
    assertEquals(
        "acme", verifier.verify(other.sign("RS256", "rsa", others)).result().caller().tenant());
    for (String name : new String[] {"https://unknown.example", null}) {
      assertEquals(ErrorCode.UNAUTHORIZED, refusal(verifier, sign(claims.copy().put("iss", name))));
    }
  }

  @Test
  void theNodesOwnKeysServeBesideIssuersAndNotInTheirName() {
    AuthConfig config =
        config(issuer(Preset.SUPABASE, ALL)).withKeys(VerificationKey.hs256(TestTokens.SECRET));
    TokenVerifier verifier = TokenVerifier.of(config, new SimpleMeterRegistry(), KEYS::document);

    assertEquals("acme", verified(verifier, ProviderTokens.of(Preset.SUPABASE)).tenant());
    assertEquals(
        TestTokens.TENANT,
        verifier.verify(TestTokens.hs256(TestTokens.claims())).result().caller().tenant());
    assertEquals(
        ErrorCode.UNAUTHORIZED,
        refusal(verifier, TestTokens.hs256(TestTokens.claims().put("iss", NAME))));
  }

  /** The issuer of one customer named another customer's tenant. */
  @Test
  void anIssuerMayBeHeldToItsTenants() {
    JsonObject claims = ProviderTokens.of(Preset.SUPABASE);
    IssuerConfig held = of(NAME, Preset.SUPABASE, ALL, null, Set.of("other"));
    IssuerConfig fixed = of(NAME, Preset.SUPABASE, ALL, "fixed", null);

    assertEquals(ErrorCode.FORBIDDEN, refusal(verifier(held), sign(claims)));
    assertEquals("fixed", verified(verifier(fixed), claims).tenant());
  }

  @Test
  void aTokenByAKeyThatWasTakenBackIsForgotten() {
    TestIssuer rotating = TestIssuer.withKeys();
    JsonObject claims = ProviderTokens.of(Preset.SUPABASE);
    AtomicLong now = new AtomicLong();
    TokenVerifier verifier =
        TokenVerifier.of(
            config(issuer(Preset.SUPABASE, ALL)),
            new SimpleMeterRegistry(),
            rotating::document,
            now::get);
    String old = rotating.sign("RS256", "rsa", claims);
    assertEquals("acme", verifier.verify(old).result().caller().tenant());
    JsonObject private1 = claims.copy().put("hf_channel", "topic:a");
    String channel = rotating.sign("RS256", "rsa", private1);
    assertTrue(verifier.verifyForChannel(channel).succeeded());
    rotating.rotate("rsa", "new");
    String fresh = rotating.sign("RS256", "new", claims);

    now.addAndGet(Duration.ofSeconds(5).toNanos());
    assertEquals(ErrorCode.UNAVAILABLE, refusal(verifier, fresh), "within half a minute");
    assertEquals("acme", verifier.verify(old).result().caller().tenant());
    now.addAndGet(Duration.ofSeconds(30).toNanos());
    assertEquals("acme", verifier.verify(fresh).result().caller().tenant());
    assertEquals(ErrorCode.UNAUTHORIZED, refusal(verifier, old));
    assertTrue(verifier.verifyForChannel(channel).failed());
    assertEquals(2, rotating.fetched);
  }

  /** The library warned that it can't load the only key, and took unsigned tokens. */
  @Test
  void aSetOfWhichNoKeyCanBeLoadedLetsNobodyIn() {
    String zero = TestTokens.base64(new byte[32]);
    JsonObject point = new JsonObject().put("kty", "EC").put("crv", "P-256").put("kid", "ec");
    JsonObject claims = ProviderTokens.of(Preset.SUPABASE);
    String unsigned = TestTokens.unsigned("none", claims);
    for (JsonObject broken :
        List.of(
            point.copy().put("x", zero),
            point.copy().put("x", zero).put("y", "no base64!"),
            point.copy().put("x", zero).put("y", TestTokens.base64(new byte[33])),
            point.copy().put("x", zero).put("y", 5),
            new JsonObject().put("kty", "OKP").put("crv", "Ed25519").put("x", "AAAA"),
            new JsonObject().put("kty", "OKP").put("crv", "Ed25519"))) {
      JsonObject document = new JsonObject().put("keys", new JsonArray().add(broken));
      TokenVerifier verifier =
          TokenVerifier.of(
              config(issuer(Preset.SUPABASE, ALL)),
              new SimpleMeterRegistry(),
              address -> Future.succeededFuture(document));
      for (String token : List.of(sign(claims), unsigned + ".AAAA")) {
        assertEquals(ErrorCode.UNAVAILABLE, refusal(verifier, token), broken.encode());
      }
      for (String token : List.of(unsigned, unsigned + ".")) {
        assertTrue(verifier.verify(token).failed(), broken.encode());
      }
    }
  }

  /** Only the last of them served, as the library keeps one key by a name. */
  @Test
  void keysThatAreNamedAlikeServeUpToFour() {
    List<TestIssuer> alike = Stream.generate(TestIssuer::withKeys).limit(5).toList();
    JsonArray all = new JsonArray();
    alike.forEach(one -> one.document(null).result().getJsonArray("keys").forEach(all::add));
    TokenVerifier verifier =
        TokenVerifier.of(
            config(issuer(Preset.SUPABASE, ALL)),
            new SimpleMeterRegistry(),
            address -> Future.succeededFuture(new JsonObject().put("keys", all)));
    JsonObject claims = ProviderTokens.of(Preset.SUPABASE);
    JsonObject expired = claims.copy().put("exp", 1_000_000_000L);
    for (TestIssuer one : alike.subList(0, 4)) {
      assertTrue(verifier.verify(one.sign("RS256", "rsa", claims)).succeeded());
      assertTrue(verifier.verify(one.sign("PS256", "rsa", claims)).succeeded());
      assertTrue(verifier.verify(one.sign("EdDSA", "ed", claims)).succeeded());
      String late = one.sign("RS256", "rsa", expired);
      assertTrue(verifier.verify(late).cause().getMessage().contains("expired since 2001"));
    }
    for (TestIssuer one : List.of(alike.get(4), TestIssuer.withKeys())) {
      assertEquals(ErrorCode.UNAUTHORIZED, refusal(verifier, one.sign("RS256", "rsa", claims)));
      Throwable why = verifier.verify(one.sign("RS256", "rsa", expired)).cause();
      assertTrue(why.getMessage().contains("made by no key"), why.getMessage());
    }
  }

  @Test
  void aConfigurationThatCannotBeMeantIsRefused() {
    for (Runnable wrong :
        List.<Runnable>of(
            () -> issuer(null, ALL),
            () -> of("", Preset.SUPABASE, ALL, null, null),
            () -> of("http://id.example", Preset.SUPABASE, ALL, null, null),
            () -> of(NAME, Preset.CLERK, ALL, null, null),
            () -> of(NAME, Preset.AUTH0, ALL, null, null),
            () -> of(NAME, Preset.WORKOS, ALL, null, null),
            () -> of(NAME, Preset.SUPABASE, Set.of(Algorithm.HS256), null, null),
            () -> of(NAME, Preset.SUPABASE, ALL, "a", Set.of("b")),
            () -> of(NAME, Preset.SUPABASE, ALL, "a b", null),
            () -> config(issuer(Preset.SUPABASE, ALL), issuer(Preset.SUPABASE, ALL)))) {
      assertThrows(IllegalArgumentException.class, wrong::run);
    }
  }

  private static IssuerConfig of(
      String name, Preset preset, Set<Algorithm> algorithms, String tenant, Set<String> tenants) {
    return new IssuerConfig(
        name,
        preset,
        null,
        algorithms,
        null,
        null,
        tenant,
        tenants,
        null,
        null,
        null,
        Map.of(),
        Map.of());
  }

  private static TokenVerifier verifier(Preset preset) {
    return verifier(issuer(preset, ALL));
  }

  private static TokenVerifier verifier(IssuerConfig issuer) {
    return TokenVerifier.of(config(issuer), new SimpleMeterRegistry(), KEYS::document);
  }

  private static IssuerConfig issuer(Preset preset, Set<Algorithm> algorithms) {
    return new IssuerConfig(
        NAME,
        preset,
        preset == Preset.AUTH0 ? List.of("https://api.example") : null,
        algorithms,
        null,
        preset == Preset.WORKOS ? "https://id.example/sso/jwks/client" : null,
        null,
        null,
        preset == Preset.CLERK ? Set.of("https://app.example") : null,
        null,
        Map.of("editor", List.of("subscribe:topic:drafts")),
        Map.of(),
        Map.of());
  }

  private static AuthConfig config(IssuerConfig... issuers) {
    AuthConfig none = AuthConfig.DEFAULTS;
    return new AuthConfig(
        List.of(),
        null,
        List.of(),
        Duration.ZERO,
        true,
        none.claims(),
        none.longestLife(),
        List.of(issuers));
  }

  private static Caller.User verified(TokenVerifier verifier, JsonObject claims) {
    var answer = verifier.verify(sign(claims));
    assertTrue(answer.succeeded(), () -> "" + answer.cause());
    return answer.result().caller();
  }

  private static ErrorCode refusal(TokenVerifier verifier, String token) {
    var answer = verifier.verify(token);
    assertTrue(answer.failed(), () -> "" + answer.result());
    return ((HoldfastException) answer.cause()).code();
  }

  private static String sign(JsonObject claims) {
    return KEYS.sign("RS256", "rsa", claims);
  }

  private static JsonArray list(String... texts) {
    return new JsonArray(List.of((Object[]) texts));
  }
}
