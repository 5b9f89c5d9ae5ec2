package dev.holdfast.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.auth.config.Algorithm;
import dev.holdfast.auth.config.AuthConfig;
import dev.holdfast.auth.config.VerificationKey;
import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import io.vertx.core.Future;
import java.security.KeyPair;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tokens with a right signature that are refused all the same. They were taken: the last of two
 * members won in silence, and what the signer declared critical was passed over.
 */
class TokenFormTest {
  private static final String HEADER = "{\"alg\":\"HS256\",\"typ\":\"JWT\"}";
  private static final String CLAIMS = TestTokens.claims().encode();

  private final TokenVerifier verifier =
      TokenVerifier.of(AuthConfig.DEFAULTS.withKeys(VerificationKey.hs256(TestTokens.SECRET)));

  @Test
  void theSameWithoutAnythingOddIsTaken() {
    assertTrue(verifier.verify(TestTokens.hs256(HEADER, CLAIMS)).succeeded());
  }

  /** One with dots behind it was taken, and had another digest: it outlived its revocation. */
  @Test
  void refusesATokenThatHasNotThreeParts() {
    String token = TestTokens.hs256(HEADER, CLAIMS);
    String unsigned = token.substring(0, token.lastIndexOf('.'));

    for (String other : List.of(token + ".", token + "..", token + ".a", unsigned)) {
      refused("malformed", verifier.verify(other));
    }
    refused("signature", verifier.verify(unsigned + "."));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"crit\":[\"exp\"]",
        "\"crit\":[]",
        "\"crit\":null",
        "\"crit\":[\"b64\"],\"b64\":true",
        "\"crit\":[\"https://acme.example/x\"]"
      })
  void refusesWhatItsSignerDeclaredCritical(String member) {
    String header = HEADER.replace("}", "," + member + "}");

    refused("crit", verifier.verify(TestTokens.hs256(header, CLAIMS)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"alg\":\"none\",\"typ\":\"JWT\",\"alg\":\"HS256\"}",
        "{\"alg\":\"HS256\",\"alg\":\"HS256\"}",
        "{\"alg\":\"HS256\",\"kid\":\"a\",\"kid\":\"b\"}",
        "{\"alg\":\"HS256\",\"x\":{\"a\":1,\"a\":2}}"
      })
  void refusesAMemberOfTheHeaderTwice(String header) {
    refused("malformed", verifier.verify(TestTokens.hs256(header, CLAIMS)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"sub\":\"bob\"", "\"exp\":99999999999", "\"a\":[{\"b\":1,\"b\":1}]"})
  void refusesAClaimTwice(String member) {
    String claims = CLAIMS.substring(0, CLAIMS.length() - 1) + "," + member + "}";

    refused("malformed", verifier.verify(TestTokens.hs256(HEADER, claims)));
  }

  @Test
  void refusesATenantTwice() {
    String tenant = "\"tenant_id\":\"" + TestTokens.TENANT + "\"";
    String claims = CLAIMS.replace(tenant, "\"tenant_id\":\"other\"," + tenant);

    refused("malformed", verifier.verify(TestTokens.hs256(HEADER, claims)));
  }

  /** A key that is to be retired has a name for that: who names none may mean that one. */
  @Test
  void aTokenNamesItsKeyWhereAllKeysHaveNames() {
    KeyPair pair = TestTokens.rsa(2048);
    String pem = TestTokens.pem(pair);
    var named = new VerificationKey(Algorithm.RS256, "2026", null, pem);
    String token = TestTokens.signed("RS256", TestTokens.claims(), pair.getPrivate());

    refused("kid missing", TokenVerifier.of(AuthConfig.DEFAULTS.withKeys(named)).verify(token));
    var mixed =
        AuthConfig.DEFAULTS.withKeys(
            new VerificationKey(Algorithm.HS256, "old", TestTokens.SECRET, null),
            VerificationKey.rs256(pem));
    assertTrue(TokenVerifier.of(mixed).verify(token).succeeded());
  }

  @Test
  void whatThisSignerSignsNamesItsKey() {
    var config =
        AuthConfig.DEFAULTS.withKeys(
            new VerificationKey(Algorithm.HS256, "2026", TestTokens.SECRET, null));
    var ann = new Caller.User("acme", "ann", Set.of(), Set.of());
    String token = new TokenSigner(TestTokens.SECRET, config).sign(ann, Duration.ofHours(1));

    assertEquals(ann, TokenVerifier.of(config).verify(token).result().caller());
  }

  private static void refused(String why, Future<Verified> outcome) {
    assertTrue(outcome.failed(), () -> "accepted: " + outcome.result());
    var refusal = assertInstanceOf(HoldfastException.class, outcome.cause());
    assertEquals(ErrorCode.UNAUTHORIZED, refusal.code());
    assertTrue(refusal.getMessage().startsWith("token: " + why), refusal.getMessage());
  }
}
