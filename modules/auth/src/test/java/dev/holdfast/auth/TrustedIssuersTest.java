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
import dev.holdfast.auth.jwks.KeyRoom;
import dev.holdfast.core.Caller;
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

  /** Its credentials for the bus outlived that until their end. */
  @Test
  void aServiceThatItsIssuerHasNoLongerIsRefused() {
    Map<String, String> had = Map.of("app", "robot");
    Verified robot = service(CONFIGURED, 0, "app");
    Set<String> acme = Set.of("acme", "other");

    assertFalse(revoked(robot, null, issuer(CONFIGURED, acme, had)));
    assertFalse(revoked(robot, null, issuer(CONFIGURED, acme, Map.of("app", "robot", "b", "bot"))));
    assertTrue(revoked(robot, null, issuer(CONFIGURED, acme, Map.of())));
    assertTrue(revoked(robot, null, issuer(CONFIGURED, acme, Map.of("app", "other"))));
    assertTrue(revoked(robot, null, issuer(CONFIGURED, acme, Map.of("b", "robot"))));
    assertTrue(revoked(robot, null, issuer(CONFIGURED, Set.of("other"), had)));
    assertTrue(revoked(robot, CONFIGURED));
    assertTrue(revoked(robot, null));
  }

  @Test
  void aServiceOfAnEarlierBuildIsKnownByItsNameAlone() {
    Verified robot = service(CONFIGURED, 0, null);

    assertFalse(revoked(robot, null, issuer(CONFIGURED, Set.of(), Map.of("b", "robot"))));
    assertTrue(revoked(robot, null, issuer(CONFIGURED, Set.of(), Map.of("robot", "b"))));
  }

  @Test
  void aServiceOfAnIssuerThatWasAddedEndsWithAChangeToo() {
    follow(new StoredIssuer(issuer(NAME, Set.of(), Map.of("app", "robot")), 1));
    Verified robot = service(NAME, 1, "app");
    assertEquals(Optional.empty(), tokens.refusal(robot));

    follow(new StoredIssuer(issuer(NAME, Set.of(), Map.of("app", "other")), 1));
    assertEquals(Optional.of(ErrorCode.REVOKED), tokens.refusal(robot));
  }

  @Test
  void theOwnKeysMakeNoServices() {
    Verified own = tokens.verify(TestTokens.hs256(TestTokens.claims())).result();
    var account = new ServiceAccount("robot", "app", Set.of("acme"));
    Verified ofNone = new Verified(own.caller(), "", 0, 0, null, "", 0, account, null);
    Verified named = new Verified(own.caller(), CONFIGURED, 0, 0, null, "");

    assertFalse(revoked(own, CONFIGURED));
    assertFalse(revoked(named, CONFIGURED));
    assertTrue(revoked(named, NAME));
    assertTrue(revoked(ofNone, null));
  }

  private static Verified service(String issuer, long born, String client) {
    var caller = new Caller.User("acme", "app", Set.of(), Set.of("service:robot"));
    var account = new ServiceAccount("robot", client, Set.of("acme"));
    return new Verified(caller, issuer, 0, 0, null, "", born, account, null);
  }

  /** Asks a node of these issuers. */
  private static boolean revoked(Verified token, String own, IssuerConfig... issuers) {
    var config =
        new AuthConfig(
            List.of(VerificationKey.hs256(TestTokens.SECRET)),
            own,
            List.of(),
            AuthConfig.DEFAULTS.leeway(),
            true,
            ClaimPaths.DEFAULTS,
            AuthConfig.DEFAULTS.longestLife(),
            List.of(issuers));
    return TokenVerifier.of(config, new SimpleMeterRegistry(), KEYS::document).isRevoked(token);
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

  /** A changed one has a set of its own, and what the one before had is free. */
  @Test
  void whatTheKeysOfAnIssuerTakeIsFreeWhenItIsRemovedOrChanged() {
    follow(new StoredIssuer(issuer(NAME, Set.of("acme")), 1));
    assertEquals(0, keyBytes());
    tokens.verify(sign(NAME, "acme"));
    double one = keyBytes();
    assertTrue(one > 0);

    follow(new StoredIssuer(issuer(NAME, Set.of("acme", "other")), 1));
    assertEquals(0, keyBytes());
    tokens.verify(sign(NAME, "acme"));
    assertEquals(one, keyBytes());
    var second = new StoredIssuer(issuer("https://second.example", Set.of("acme")), 2);
    follow(new StoredIssuer(issuer(NAME, Set.of("acme", "other")), 1), second);
    assertEquals(one, keyBytes(), "one that has not changed keeps its keys");
    follow(second);
    assertEquals(0, keyBytes());
  }

  @Test
  void theIssuersOfATenantShareItsRoomForKeys() {
    follow(new StoredIssuer(issuer(NAME, Set.of("acme")), 1));
    tokens.verify(sign(NAME, "acme"));
    long one = (long) keyBytes();
    var few = new SimpleMeterRegistry();
    var narrow =
        new TrustedIssuers(
            AuthConfig.DEFAULTS.withKeys(VerificationKey.hs256(TestTokens.SECRET)),
            KEYS::document,
            System::nanoTime,
            few,
            new KeyRoom(few, 4 * one));
    List<StoredIssuer> all =
        List.of(
            new StoredIssuer(issuer(NAME, Set.of("acme")), 1),
            new StoredIssuer(issuer("of acme alone", "acme", Set.of(), Map.of()), 2),
            new StoredIssuer(issuer("of several", Set.of("acme", "b")), 3),
            new StoredIssuer(issuer("of any", Set.of()), 4),
            new StoredIssuer(issuer("of another", "b", Set.of(), Map.of()), 5));
    narrow.follow(all, null);

    for (StoredIssuer issuer : all) {
      String name = issuer.config().issuer();
      String tenant = name.equals("of another") ? "b" : "acme";
      boolean taken = narrow.get(name).verify(sign(name, tenant)).succeeded();
      assertEquals(!name.equals("of acme alone"), taken, name);
    }
  }

  private double keyBytes() {
    return registry.get("holdfast.budget.bytes").tag("kind", "key-sets").gauge().value();
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
        Map.of(),
        Map.of());
  }

  private static IssuerConfig issuer(String name, Set<String> tenants) {
    return issuer(name, tenants, Map.of());
  }

  private static IssuerConfig issuer(
      String name, Set<String> tenants, Map<String, String> services) {
    return issuer(name, null, tenants, services);
  }

  private static IssuerConfig issuer(
      String name, String tenant, Set<String> tenants, Map<String, String> services) {
    return new IssuerConfig(
        name,
        null,
        List.of(),
        Set.of(),
        List.of(),
        KEY_SET,
        tenant,
        tenants,
        Set.of(),
        IssuerClaims.NONE,
        Map.of(),
        services,
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
