package dev.holdfast.gateway.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RefusedTokensTest {
  private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

  @Test
  void afterTenNoneIsLookedAtUntilTheMinuteIsOver() {
    var refused = new RefusedTokens();
    long now = Long.MAX_VALUE - MINUTE / 2; // as System.nanoTime may be
    for (int i = 0; i < RefusedTokens.MOST; i++) {
      assertEquals(0, refused.pause(now));
      refused.count(now);
    }
    assertTrue(refused.pause(now) > 59_000);
    assertTrue(refused.pause(now + MINUTE - 1) > 0);
    assertEquals(0, refused.pause(now + MINUTE));

    refused.count(now + MINUTE);
    assertEquals(0, refused.pause(now + MINUTE), "a new minute begins");
  }
}
