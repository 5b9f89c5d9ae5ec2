package dev.holdfast.core.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class BackOffTest {
  private final BackOff backOff = new BackOff(50, 2_000);

  @Test
  void theBoundDoublesWithEachFailureUpToTheGreatest() {
    assertEquals(50, longest(0));
    assertEquals(100, longest(1));
    assertEquals(1_600, longest(5));
    assertEquals(2_000, longest(6));
    assertEquals(2_000, longest(Integer.MAX_VALUE));
  }

  @Test
  void waitsAreSpreadOverAllThatIsAllowed() {
    assertEquals(1, LongStream.generate(() -> backOff.delay(0)).limit(10_000).min().orElseThrow());
  }

  @Test
  void boundsThatAreNoneAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> new BackOff(0, 10));
    assertThrows(IllegalArgumentException.class, () -> new BackOff(20, 10));
    assertThrows(IllegalArgumentException.class, () -> new BackOff(1, Long.MAX_VALUE));
  }

  /** The longest of so many waits that its bound is seen, to the ms if it is small. */
  private long longest(int failures) {
    long longest =
        LongStream.generate(() -> backOff.delay(failures)).limit(100_000).max().orElseThrow();
    assertTrue(longest > 0);
    return longest;
  }
}
