package dev.holdfast.auth.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class PaceTest {
  private static final long SECOND = 1_000_000_000;

  private final Pace pace = new Pace();

  @Test
  void aTenantHasABurstAndThenOneEachSecond() {
    assertEquals(Pace.BURST, taken("a", 100, SECOND));
    assertEquals(1, taken("a", 100, 2 * SECOND));
    assertEquals(Pace.BURST, taken("b", 100, 2 * SECOND));
  }

  @Test
  void theNextOneSaysHowManyHadNone() {
    taken("a", Pace.BURST + 7, SECOND);

    assertEquals(7, pace.take("a", 2 * SECOND));
    assertEquals(0, pace.take("a", 3 * SECOND));
  }

  /** However many names somebody makes up. */
  @Test
  void allTogetherHaveABoundToo() {
    int all = 0;
    for (int i = 0; i < 5_000; i++) {
      all += taken("t" + i, 2, SECOND);
    }

    assertEquals(Pace.NODE_BURST, all);
    assertEquals(Pace.NODE_RATE, taken("x", 1, 2 * SECOND) + many(2 * SECOND));
  }

  private int many(long now) {
    int all = 0;
    for (int i = 0; i < 100; i++) {
      all += taken("y" + i, 1, now);
    }
    return all;
  }

  private int taken(String tenant, int tries, long now) {
    int taken = 0;
    for (int i = 0; i < tries; i++) {
      taken += pace.take(tenant, now) >= 0 ? 1 : 0;
    }
    return taken;
  }
}
