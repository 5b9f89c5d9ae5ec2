package dev.holdfast.redis.topology;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class WorriesTest {
  private final List<String> log = new ArrayList<>();
  private final AtomicLong clock = new AtomicLong();
  private final Worries worries = new Worries(log::add, clock::get);

  private void after(int seconds, String now) {
    clock.addAndGet(TimeUnit.SECONDS.toNanos(seconds));
    worries.are(now);
  }

  @Test
  void logsOnceWhatLasts() {
    after(0, "");
    after(1, "away");
    after(1, "away");
    after(60, "away");
    after(1, "");
    assertEquals(List.of("away", ""), log);
  }

  /** Two reasons by turns, five times a second, were ten lines a second. */
  @Test
  void whatComesAndGoesIsLoggedEveryTenSeconds() {
    for (int i = 0; i < 60; i++) {
      after(1, i % 2 == 0 ? "away" : "no answer");
    }
    assertEquals(6, log.size());
  }

  @Test
  void whatWasHeldBackComesLater() {
    after(1, "away");
    after(1, "");
    after(8, "");
    assertEquals(List.of("away"), log);
    after(1, "");
    assertEquals(List.of("away", ""), log);
  }
}
