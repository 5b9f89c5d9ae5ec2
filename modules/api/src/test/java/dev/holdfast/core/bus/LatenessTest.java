package dev.holdfast.core.bus;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class LatenessTest {
  /** The clocks of two machines have nothing in common but their pace. */
  private static final long AHEAD = 1_000_000;

  private final Lateness lateness = new Lateness();

  @Test
  void isTheTimeOnTheWayBeyondThatOfTheQuickest() {
    assertEquals(0, lateness.of("a", AHEAD, 5));
    assertEquals(0, lateness.of("a", AHEAD + 10, 13));
    assertEquals(40, lateness.of("a", AHEAD + 20, 63));
    assertEquals(35_000, lateness.of("a", AHEAD + 100, 35_103));
  }

  @Test
  void ofAnotherSenderIsAnotherMatter() {
    lateness.of("a", AHEAD, 0);

    assertEquals(0, lateness.of("b", 7, 50_000));
  }

  /** A clock that runs one in a thousand slow is not taken for ever longer ways. */
  @Test
  void forgetsTheQuickestOfLongAgo() {
    long late = 0;
    for (long sent = 0; sent < 3_600_000; sent += 1_000) {
      late = lateness.of("a", sent, sent + sent / 1_000);
    }

    assertEquals(true, late <= 600, "late by " + late + " ms");
  }
}
