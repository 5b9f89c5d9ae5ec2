package dev.holdfast.tokens;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.holdfast.core.Caller;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.tokens.RevocationMessage.Revoke;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RevokeTest {
  private static final Caller DESK =
      new Caller.Service("desk", "1", Set.of("acme"), Set.of("tokens:revoke"));

  /** That of a login would have ended minutes later, with its token, not with the login. */
  @Test
  void anEndIsThatOfATokenByItsDigestAlone() {
    var digest = "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU";
    assertEquals(5, new Revoke(DESK, "acme", null, digest, 1, 5).endsAt());
    assertEquals(0, new Revoke(DESK, "acme", null, "login", 1, 0).endsAt());

    assertRefused(null, "login");
    assertRefused(null, digest + "x");
    assertRefused("ann", null);
    assertRefused(null, null);
  }

  private static void assertRefused(String user, String token) {
    var failure =
        assertThrows(HoldfastException.class, () -> new Revoke(DESK, "acme", user, token, 1, 5));
    assertEquals("endsAt: of a token that is named by its digest", failure.publicMessage());
  }
}
