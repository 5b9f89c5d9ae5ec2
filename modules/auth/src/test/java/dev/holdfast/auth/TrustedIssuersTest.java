package dev.holdfast.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.auth.config.AuthConfig;
import dev.holdfast.auth.config.ClaimPaths;
import dev.holdfast.auth.config.IssuerClaims;
import dev.holdfast.auth.config.IssuerConfig;
import dev.holdfast.auth.config.StoredIssuer;
import dev.holdfast.auth.config.VerificationKey;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Promise;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Issuers that are added to a verifier, changed and removed, while tokens of them come. */
class TrustedIssuersTest {
  private static final TestIssuer KEYS = TestIssuer.withKeys();
  private static final String NAME = "https://added.example";
  private static final String CONFIGURED = "https://configured.example";
  private static final String KEY_SET = "https://keys.example";

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final TokenVerifier tokens =
      TokenVerifier.of(
          new AuthConfig(
              List.of(VerificationKey.hs256(TestTokens.SECRET)),
              null,
              List.of(),
              AuthConfig.DEFAULTS.leeway(),
              true,
              ClaimPaths.DEFAULTS,
              AuthConfig.DEFAULTS.longestLife(),
              List.of(issuer(CONFIGURED, Set.of("acme")))),
          registry,
          KEYS::document);

  @Test
  void tokensOfAnIssuerAreTakenFromWhenItIsAddedToWhenItIsRemoved() {
    String token = sign(NAME, "acme");
    assertEquals(ErrorCode.UNAUTHORIZED, refusal(token));

    follow(new StoredIssuer(issuer(NAME, Set.of()), 1));
    Verified verified = tokens.verify(token).result();

    assertEquals(NAME, verified.issuer());
    assertEquals(Optional.empty(), tokens.refusal(verified));
    assertEquals(verified, tokens.verify(token).result());
    follow();
    assertEquals(ErrorCode.UNAUTHORIZED, refusal(token));
    assertEquals(Optional.of(ErrorCode.REVOKED), tokens.refusal(verified));
    assertTrue(registry.find("holdfast.issuer.fetches").tag("issuer", NAME).meters().isEmpty());
  }

  /** A node may see only the end of two changes in a row. */
  @Test
  void oneThatWasRemovedAndAddedAgainIsAnother() {
    follow(new StoredIssuer(issuer(NAME, Set.of()), 1));
    String token = sign(NAME, "acme");
    Verified before = tokens.verify(token).result();

    follow(new StoredIssuer(issuer(NAME, Set.of()), 7));

    assertEquals(Optional.of(ErrorCode.REVOKED), tokens.refusal(before));
    Verified after = tokens.verify(token).result();
    assertEquals(7, after.issuerBorn());
    assertEquals(Optional.empty(), tokens.refusal(after));
  }

  @Test
  void aTenantThatIsTakenFromAnIssuerIsRefusedAtOnce() {
    follow(new StoredIssuer(issuer(NAME, Set.of("acme", "other")), 1));
    Verified acme = tokens.verify(sign(NAME, "acme")).result();
    Verified other = tokens.verify(sign(NAME, "other")).result();

    follow(new StoredIssuer(issuer(NAME, Set.of("acme")), 1));

    assertEquals(Optional.empty(), tokens.refusal(acme));
    assertEquals(Optional.of(ErrorCode.REVOKED), tokens.refusal(other));
    assertEquals(ErrorCode.FORBIDDEN, refusal(sign(NAME, "other")));
  }

  @Test
  void oneThatIsConfiguredIsNeverReplaced() {
    follow(new StoredIssuer(issuer(CONFIGURED, Set.of()), 1));

    assertEquals(ErrorCode.FORBIDDEN, refusal(sign(CONFIGURED, "other")));
    Verified acme = tokens.verify(sign(CONFIGURED, "acme")).result();
    follow();
    assertEquals(Optional.empty(), tokens.refusal(acme));
    assertTrue(tokens.issuers().isConfigured(CONFIGURED));
  }

  @Test
  void aTokenOfAnIssuerThatIsNoneHereIsRefused() {
    Verified acme = tokens.verify(sign(CONFIGURED, "acme")).result();
    var other =
        TokenVerifier.of(AuthConfig.DEFAULTS.withKeys(VerificationKey.hs256(TestTokens.SECRET)));

    assertEquals(Optional.of(ErrorCode.REVOKED), other.refusal(acme));
    assertEquals(List.of(CONFIGURED), names(tokens.issuers().configured()));
    assertEquals(List.of(), names(other.issuers().configured()));
  }

  @Test
  void oneThatIsRemovedTakesNoOthersMetricsAlong() {
    var removed = new StoredIssuer(issuer("https://second.example", Set.of()), 1);
    var stays = new StoredIssuer(issuer(NAME, Set.of()), 2);
    follow(removed, stays);
    assertTrue(tokens.verify(sign(NAME, "acme")).succeeded());

    follow(stays);

    assertFalse(registry.find("holdfast.issuer.fetches").tag("issuer", NAME).meters().isEmpty());
  }

  @Test
  void oneWithKeysOfItsOwnNeedsNoKeySet() {
    follow(new StoredIssuer(withKey(NAME), 1));

    Verified verified =
        tokens.verify(TestTokens.hs256(TestTokens.claims().put("iss", NAME))).result();
    assertEquals(NAME, verified.issuer());
    assertEquals(1, verified.issuerBorn());
  }

  /** Or whoever may add issuers could give itself any permission of operators. */
  @Test
  void noneThatWasAddedMayNameTheTenantOfOperators() {
    follow(new StoredIssuer(issuer(NAME, Set.of()), 1));

    assertEquals(ErrorCode.FORBIDDEN, refusal(sign(NAME, "ops")));
  }

  @Test
  void tokensOfTheOwnKeysStayWhateverHappensToIssuers() {
    String own = TestTokens.hs256(TestTokens.claims());
    Verified verified = tokens.verify(own).result();
    follow(new StoredIssuer(issuer(NAME, Set.of()), 1));
    follow();

    assertEquals(Optional.empty(), tokens.refusal(verified));
    assertTrue(tokens.verify(own).succeeded());
  }

  @Test
  void nothingChangesIfNothingChanged() {
    var stored = new StoredIssuer(issuer(NAME, Set.of()), 1);
    assertTrue(tokens.issuers().follow(List.of(stored), "ops"));
    int fetched = KEYS.fetched;
    tokens.verify(sign(NAME, "acme"));

    assertFalse(tokens.issuers().follow(List.of(stored), "ops"));
    tokens.verify(sign(NAME, "acme"));
    assertEquals(fetched + 1, KEYS.fetched);
  }

  /** A key set takes up to 5 s. */
  @Test
  void aTokenWhoseKeysCameAfterItsIssuerWasRemovedIsRefused() {
    Promise<JsonObject> keys = Promise.promise();
    TokenVerifier slow =
        TokenVerifier.of(
            AuthConfig.DEFAULTS.withKeys(VerificationKey.hs256(TestTokens.SECRET)),
            registry,
            address -> keys.future());
    slow.issuers().follow(List.of(new StoredIssuer(issuer(NAME, Set.of()), 1)), "ops");
    var verified = slow.verify(sign(NAME, "acme"));
    slow.issuers().follow(List.of(), "ops");
    KEYS.document(null).onComplete(keys);

    assertEquals(ErrorCode.REVOKED, ((HoldfastException) verified.cause()).code());
  }

  private void follow(StoredIssuer... all) {
    tokens.issuers().follow(List.of(all), "ops");
  }

  private ErrorCode refusal(String token) {
    return ((HoldfastException) tokens.verify(token).cause()).code();
  }

  private static List<String> names(Collection<IssuerConfig> issuers) {
    return issuers.stream().map(IssuerConfig::issuer).toList();
  }

  private static IssuerConfig withKey(String name) {
    return new IssuerConfig(
        name,
        null,
        List.of(),
        Set.of(),
        List.of(VerificationKey.hs256(TestTokens.SECRET)),
        null,
        null,
        Set.of(),
        Set.of(),
        IssuerClaims.NONE,
        Map.of(),
        Map.of());
  }

  private static IssuerConfig issuer(String name, Set<String> tenants) {
    return new IssuerConfig(
        name,
        null,
        List.of(),
        Set.of(),
        List.of(),
        KEY_SET,
        null,
        tenants,
        Set.of(),
        IssuerClaims.NONE,
        Map.of(),
        Map.of());
  }

  private static String sign(String issuer, String tenant) {
    JsonObject claims =
        new JsonObject()
            .put("iss", issuer)
            .put("sub", "ann")
            .put("iat", TestTokens.now())
            .put("exp", TestTokens.now() + 600)
            .put(
                "app_metadata",
                new JsonObject()
                    .put("tenant_id", tenant)
                    .put("permissions", new JsonArray().add("publish:topic:*")));
    return KEYS.sign("RS256", "rsa", claims);
  }
}
