package dev.holdfast.limits;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** By a clock of its own. */
class BucketTest {
  private static final long SECOND = 1_000_000_000L;
  private static final int NODES = 3;

  private final Bucket bucket = new Bucket();
  private long now = 77;

  /** How many may go now. */
  private int drain(long rate, int most) {
    int taken = 0;
    while (taken < most && bucket.delay(rate, NODES, now) == 0) {
      bucket.take(1);
      taken++;
    }
    return taken;
  }

  @Test
  void aHundredthDripsInWithoutAsking() {
    assertEquals(10, drain(1_000, 100));
    now += SECOND;
    assertEquals(10, drain(1_000, 100));
    now += 100 * SECOND;
    assertEquals(10, drain(1_000, 100), "no more than that is kept");
  }

  /** Each connect of a user asked Redis for tokens that nobody needed. */
  @Test
  void whoUsesNoMoreThanDripsInAsksNothingUntilATokenIsMissing() {
    assertEquals(1, drain(50, 1));
    assertFalse(bucket.lacks(50, now));

    assertTrue(bucket.delay(50, NODES, now) > 0);
    assertTrue(bucket.lacks(50, now));
    bucket.ask(50, now);
    bucket.granted(5, 0, now);
    assertEquals(3, drain(50, 3));
    assertTrue(bucket.lacks(50, now), "before those of Redis are used up");
  }

  @Test
  void whatWasGrantedAndNotUsedExpires() {
    drain(1_000, 100);
    assertTrue(bucket.lacks(1_000, now));
    bucket.ask(1_000, now);
    bucket.granted(80, 0, now);
    assertEquals(30, drain(1_000, 30));
    now += 3 * SECOND;
    assertEquals(10, drain(1_000, 100));
  }

  @Test
  void whoeverFindsATokenMayGoAndItsDebtIsPaidFirst() {
    assertEquals(0, bucket.delay(100, NODES, now));
    bucket.take(250);
    assertTrue(bucket.delay(100, NODES, now) > 0);
    assertEquals(250 - 1 + 10, bucket.ask(100, now));
    bucket.granted(100, 20, now);
    assertTrue(bucket.delay(100, NODES, now) > 0);
    now += SECOND;
    assertTrue(bucket.lacks(100, now));
    assertTrue(bucket.ask(100, now) >= 149);
    bucket.granted(151, 0, now);
    assertEquals(0, bucket.delay(100, NODES, now));
  }

  @Test
  void oneQuestionIsUnderWayAtATimeAndNoneBeforeItsTime() {
    drain(1_000, 100);
    bucket.ask(1_000, now);
    assertFalse(bucket.lacks(1_000, now));
    bucket.granted(0, 50, now);
    assertFalse(bucket.lacks(1_000, now));
    assertEquals(51, bucket.delay(1_000, NODES, now));
    now += SECOND / 20;
    bucket.delay(1_000, NODES, now);
    assertTrue(bucket.lacks(1_000, now) || bucket.delay(1_000, NODES, now) == 0);
  }

  @Test
  void aRateOfZeroLetsNothingGoAndAsksNothing() {
    assertEquals(Bucket.NEVER, bucket.delay(0, NODES, now));
    assertFalse(bucket.lacks(0, now));
  }

  @Test
  void aLoweredRateHoldsForWhatWasGranted() {
    drain(1_000, 100);
    bucket.ask(1_000, now);
    bucket.granted(100, 0, now);
    assertEquals(5, drain(20, 100));
  }

  @Test
  void withoutRedisANodeGoesByItsOwnMeasure() {
    drain(100, 100);
    int taken = 0;
    for (int i = 0; i < 100; i++) {
      now += SECOND / 10;
      if (bucket.lacks(100, now)) {
        bucket.ask(100, now);
        bucket.unanswered(100, now);
      }
      taken += drain(100, 1_000);
    }
    assertTrue(taken > 900 && taken <= 1_150, "took " + taken + " in 10 s");
  }

  /** A low rate was never given: each answer that did not come threw away what had grown so far. */
  @Test
  void withoutRedisALowRateIsGivenToo() {
    drain(1, 10);
    int taken = 0;
    for (int i = 0; i < 200; i++) {
      now += SECOND / 10;
      if (bucket.lacks(1, now)) {
        bucket.ask(1, now);
        bucket.unanswered(1, now);
      }
      taken += drain(1, 10);
    }
    assertTrue(taken >= 15 && taken <= 22, "took " + taken + " in 20 s");
  }
}
