package dev.holdfast.gateway.connection.pace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** By a clock of its own. */
class HelloPaceTest {
  private static final long MS = TimeUnit.MILLISECONDS.toNanos(1);

  private long now = 77;
  private final HelloPace pace = new HelloPace(now);

  private final HelloPace.Away away = new HelloPace.Away();

  private long comeBackMs() {
    return pace.comeBackMs(away, 1_000, 1, now);
  }

  private void answer(int perSecond, int seconds, boolean crowded) {
    for (int i = 0; i < perSecond * seconds; i++) {
      now += 1_000 * MS / perSecond;
      pace.answered(crowded, now);
    }
  }

  @Test
  void theWaitFollowsThePaceOfTheCrowd() {
    assertEquals(1_000, pace.waitMs(500));

    answer(2_000, 3, true);
    assertEquals(1_000, pace.waitMs(2_000), 20);

    answer(100, 3, true);
    assertEquals(1_000, pace.waitMs(100), 20);
  }

  @Test
  void whoComesAloneSaysNothingAboutThePace() {
    answer(3, 10, false);

    assertEquals(1_000, pace.waitMs(500));
  }

  @Test
  void aPauseOfTheCrowdIsNoPace() {
    answer(1_000, 2, true);
    now += 60_000 * MS;
    answer(1_000, 2, true);

    assertEquals(1_000, pace.waitMs(1_000), 20);
  }

  @Test
  void eachThatIsRefusedComesBackAfterTheOneBefore() {
    long first = comeBackMs();
    long second = comeBackMs();

    assertEquals(2_002, first);
    assertEquals(2_004, second);
    now += 2_000 * MS;
    assertEquals(2_002, comeBackMs(), "those before it have come by now");
    for (int i = 0; i < 100_000; i++) {
      assertTrue(comeBackMs() <= 20_000);
    }
  }

  @Test
  void byTurnsOfTenantsEachComesBackAtItsPartOfThePace() {
    assertEquals(2_008, pace.comeBackMs(away, 1_000, 4, now));
    assertEquals(2_016, pace.comeBackMs(away, 1_000, 4, now));
    assertEquals(2_008, pace.comeBackMs(new HelloPace.Away(), 1_000, 4, now), "of another tenant");

    now += 15 * MS;
    assertFalse(pace.areBack(away, 4, now));
    now += 2 * MS;
    assertTrue(pace.areBack(away, 4, now));
  }

  /** They all came back at the same moment, and were refused again. */
  @Test
  void thoseBeyondTheLongestTimeComeBackSpreadOverSeconds() {
    for (int i = 0; i < 10_000; i++) {
      comeBackMs();
    }

    int[] inSecond = new int[21];
    for (int i = 0; i < 10_000; i++) {
      inSecond[(int) (comeBackMs() / 1_000)]++;
    }

    for (int second = 10; second < 20; second++) {
      assertEquals(1_000, inSecond[second], 300, "after " + second + " s");
    }
  }
}
