package dev.holdfast.auth;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.auth.config.AuthConfig;
import dev.holdfast.auth.config.VerificationKey;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A token's signature is checked once, as long as the token is valid. */
class VerifiedOnceTest {
  private static final AuthConfig KEYS =
      AuthConfig.DEFAULTS.withKeys(VerificationKey.hs256(TestTokens.SECRET));

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final TokenVerifier verifier = TokenVerifier.of(KEYS, registry);

  /** It was checked with each request, though the same token came with all of them. */
  @Test
  void checksTheSignatureOfATokenOnce() {
    String token = TestTokens.hs256(TestTokens.claims());

    Verified first = verifier.verify(token).result();
    Verified again = verifier.verify(token).result();

    assertEquals(first, again);
    assertEquals(1, verifications("signature"));
    assertEquals(1, verifications("memory"));
  }

  /** Else whoever sends what is not valid could fill the memory. */
  @Test
  void keepsNothingOfWhatItRefuses() {
    String forged = TestTokens.hs256(TestTokens.claims(), new byte[32]);
    String unclear = TestTokens.hs256(TestTokens.claims().putNull("sub"));

    for (int i = 0; i < 2; i++) {
      assertEquals(ErrorCode.UNAUTHORIZED, code(verifier.verify(forged)));
      assertEquals(ErrorCode.FORBIDDEN, code(verifier.verify(unclear)));
    }

    assertEquals(4, verifications("signature"));
    assertEquals(0, registry.get("holdfast.tokens.known").gauge().value());
  }

  @Test
  void refusesAKnownTokenFromItsEndOn() {
    String token = TestTokens.hs256(TestTokens.claims().put("exp", TestTokens.now() + 5));

    assertTrue(verifier.verify(token).succeeded());
    assertTrue(verifier.verify(token).succeeded());
    assertEquals(1, verifications("memory"), "known");
    await().atMost(Duration.ofSeconds(30)).until(() -> verifier.verify(token).failed());

    assertEquals(ErrorCode.UNAUTHORIZED, code(verifier.verify(token)));
  }

  private double verifications(String by) {
    return registry.get("holdfast.tokens.verified").tag("by", by).counter().count();
  }

  private static ErrorCode code(Future<Verified> refused) {
    return ((HoldfastException) refused.cause()).code();
  }
}
