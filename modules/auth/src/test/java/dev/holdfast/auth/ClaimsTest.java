package dev.holdfast.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.auth.config.AuthConfig;
import dev.holdfast.auth.config.ClaimPath;
import dev.holdfast.auth.config.VerificationKey;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The limits of what claims may say, to the second. */
class ClaimsTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final long NOW = 1_800_000_000;

  private static final TokenVerifier OWN =
      TokenVerifier.of(AuthConfig.DEFAULTS.withKeys(VerificationKey.hs256(TestTokens.SECRET)));

  private static Claims of(String name, Object value) {
    return new Claims(new JsonObject().put(name, value));
  }

  @Test
  void aTokenIsTakenToTheLastSecondOfTheLongestLife() {
    assertEquals(Optional.empty(), of("iat", NOW - 3_600).tooLong(HOUR, NOW));
    assertTrue(of("iat", NOW - 3_601).tooLong(HOUR, NOW).isPresent());
    assertEquals(Optional.empty(), of("exp", NOW + 3_600).tooLong(HOUR, NOW));
    assertTrue(of("exp", NOW + 3_601).tooLong(HOUR, NOW).isPresent());
  }

  @Test
  void withoutAnEndItEndsWithTheLongestLife() {
    assertEquals((NOW + 3_600) * 1_000, of("iat", NOW).expiresAt(HOUR));
    assertEquals(0, of("sub", "ann").expiresAt(HOUR));
  }

  @Test
  void timesOfOtherTypesAreRefused() {
    for (String time : List.of("exp", "nbf", "iat")) {
      assertEquals(Optional.empty(), of(time, NOW).wrongTimes());
      assertTrue(of(time, "later").wrongTimes().isPresent());
      assertTrue(of(time, null).wrongTimes().isPresent());
    }
    assertEquals(Optional.empty(), of("sub", "ann").wrongTimes());
  }

  @Test
  void anIdIsAText() {
    assertEquals("j1", of("jti", "j1").id());
    assertNull(of("jti", 7).id());
    assertNull(of("sub", "ann").id());
  }

  @Test
  void aPathMayEndWithABackslash() {
    assertEquals(List.of("a", "b\\"), ClaimPath.parse("a.b\\").names());
    assertEquals(List.of("a.b"), ClaimPath.parse("a\\.b").names());
  }

  @Test
  void aDigestIsOfWhatIsSigned() throws Exception {
    byte[] signed = "a.b".getBytes(StandardCharsets.US_ASCII);
    byte[] hash = MessageDigest.getInstance("SHA-256").digest(signed);
    assertEquals(TestTokens.base64(hash), TokenForm.digest("a.b.c"));
    assertNull(TokenForm.said("%%%.b.c", 0, "kid"));
  }

  @Test
  void takesATokenOfTheMostCharacters() {
    JsonObject claims = TestTokens.claims().put("padding", "");
    int least = TestTokens.hs256(claims).length();
    String token = "";
    for (int i = (TokenVerifier.MAX_TOKEN - least) * 3 / 4 - 4;
        token.length() < TokenVerifier.MAX_TOKEN;
        i++) {
      token = TestTokens.hs256(claims.put("padding", "x".repeat(i)));
    }

    assertEquals(TokenVerifier.MAX_TOKEN, token.length());
    assertTrue(OWN.verify(token).succeeded());
  }

  @Test
  void namesWhatIsMissing() {
    for (String none : new String[] {null, ""}) {
      assertEquals("token: missing", OWN.verify(none).cause().getMessage());
    }
    JsonObject claims = TestTokens.claims();
    claims.remove("exp");
    String endless = TestTokens.hs256(claims);
    assertEquals("token: exp is missing", OWN.verify(endless).cause().getMessage());
  }
}
