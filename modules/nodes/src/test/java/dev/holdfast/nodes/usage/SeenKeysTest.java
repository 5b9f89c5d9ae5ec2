package dev.holdfast.nodes.usage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class SeenKeysTest {
  private static final int REMEMBERED = 128 << 10;

  @Test
  void theNewestAreKnownAndOlderOnesAreForgottenInTheEnd() {
    var seen = new SeenKeys();
    int all = 3 * REMEMBERED;
    for (int i = 0; i < all; i++) {
      assertTrue(seen.add("key" + i), "key" + i);
      assertFalse(seen.add("key" + Math.max(0, i - REMEMBERED + 1)), "before " + i);
    }
    assertEquals(all, seen.repeated());
    assertTrue(seen.add("key0"));
  }
}
