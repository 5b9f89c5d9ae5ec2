package dev.holdfast.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.auth.config.Algorithm;
import dev.holdfast.auth.config.AuthConfig;
import dev.holdfast.auth.config.ClaimPath;
import dev.holdfast.auth.config.ClaimPaths;
import dev.holdfast.auth.config.VerificationKey;
import dev.holdfast.core.Caller;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AuthConfigTest {
  @Test
  void aKeyServesOneAlgorithmOnly() {
    String rsa = TestTokens.pem(TestTokens.rsa(2048));
    String ec = TestTokens.pem(TestTokens.ec("secp256r1"));

    refused("PEM", () -> VerificationKey.hs256(rsa));
    refused("not a public key for RS256", () -> VerificationKey.rs256(ec));
    refused("not a public key for ES256", () -> VerificationKey.es256(rsa));
    refused("publicKey only", () -> key(Algorithm.RS256, TestTokens.SECRET, rsa));
    refused("secret only", () -> key(Algorithm.HS256, TestTokens.SECRET, rsa));
    refused("algorithm", () -> key(null, TestTokens.SECRET, null));
  }

  @Test
  void weakKeysAreRefused() {
    refused("32 bytes", () -> VerificationKey.hs256("x".repeat(31)));
    refused("2048", () -> VerificationKey.rs256(TestTokens.pem(TestTokens.rsa(1024))));
    refused("P-256", () -> VerificationKey.es256(TestTokens.pem(TestTokens.ec("secp384r1"))));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "garbage",
        "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----",
        "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"
      })
  void whatIsNoPublicKeyIsRefused(String pem) {
    refused("publicKey", () -> VerificationKey.rs256(pem));
  }

  @Test
  void everyProblemIsListedAtOnce() {
    var refusal =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                new AuthConfig(
                    List.of(), " ", List.of(""), Duration.ofHours(1), true, ClaimPaths.DEFAULTS));

    for (String name : List.of("issuer", "audience", "leeway")) {
      assertTrue(refusal.getMessage().contains(name), refusal.getMessage());
    }
  }

  @Test
  void secretsAreNotShown() {
    var config = AuthConfig.DEFAULTS.withKeys(VerificationKey.hs256(TestTokens.SECRET));

    assertFalse(config.toString().contains(TestTokens.SECRET));
  }

  @ParameterizedTest
  @ValueSource(strings = {"sub", "a.b.c", "https://acme\\.example/tenant", "a\\\\.b"})
  void claimPathsReadBackAsWritten(String text) {
    assertEquals(text, ClaimPath.parse(text).toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "a.", ".a", "a..b"})
  void claimPathsHaveNoEmptyNames(String text) {
    assertThrows(IllegalArgumentException.class, () -> ClaimPath.parse(text));
  }

  @Test
  void whatIsSignedIsAcceptedByTheSameConfiguration() {
    var config =
        new AuthConfig(
            List.of(VerificationKey.hs256(TestTokens.SECRET)),
            "https://id",
            List.of("holdfast", "more"),
            Duration.ZERO,
            true,
            new ClaimPaths(
                ClaimPath.parse("a.b.tenant"),
                ClaimPath.parse("a.b.user"),
                ClaimPath.parse("https://acme\\.example/roles"),
                ClaimPath.parse("p")));
    var ann = new Caller.User("acme", "ann", Set.of("r"), Set.of("publish:topic:*", "x:y"));

    String token = new TokenSigner(TestTokens.SECRET, config).sign(ann, Duration.ofHours(1));

    assertEquals(ann, TokenVerifier.of(config).verify(token).result().caller());
  }

  private static VerificationKey key(Algorithm algorithm, String secret, String pem) {
    return new VerificationKey(algorithm, null, secret, pem);
  }

  private static void refused(String reason, Runnable maker) {
    var refusal = assertThrows(IllegalArgumentException.class, maker::run);
    assertTrue(refusal.getMessage().contains(reason), refusal.getMessage());
  }
}
