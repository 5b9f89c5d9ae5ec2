package dev.holdfast.redis.topology;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class UnrestTest {
  private final AtomicLong clock = new AtomicLong();
  private final Unrest unrest = new Unrest(clock::get);

  private void changes(int count, long secondsApart) {
    for (int i = 0; i < count; i++) {
      clock.addAndGet(TimeUnit.SECONDS.toNanos(secondsApart));
      unrest.noted();
    }
  }

  @Test
  void aChangeEachSecondIsGreatAndEndsAfterAMinute() {
    changes(Unrest.MOST, 1);
    assertFalse(unrest.isGreat());
    changes(1, 1);
    assertTrue(unrest.isGreat());
    clock.addAndGet(TimeUnit.SECONDS.toNanos(60));
    assertFalse(unrest.isGreat());
  }

  @Test
  void aChangeNowAndThenIsNot() {
    changes(500, 10);
    assertFalse(unrest.isGreat());
  }
}
