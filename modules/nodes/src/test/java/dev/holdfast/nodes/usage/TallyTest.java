package dev.holdfast.nodes.usage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.connections.usage.UsageMessage.Row;
import java.util.List;
import org.junit.jupiter.api.Test;

class TallyTest {
  @Test
  void addsUpAndKnowsTheLargest() {
    Tally tally = new Tally(100);
    tally.add("a", "x", 5);
    tally.add("b", "x", 7);
    tally.add("a", "x", 5);
    tally.add("a", "y", 1);

    assertEquals(
        List.of(new Row("a", "x", 10, 2), new Row("b", "x", 7, 1)), tally.largest(null, 2));
    assertEquals(List.of(new Row("a", "x", 10, 2), new Row("a", "y", 1, 1)), tally.largest("a", 9));
  }

  /** A user with millions of channels costs the node no memory, and hides nobody. */
  @Test
  void amongManySmallOnesTheLargeAreKept() {
    Tally tally = new Tally(1_000);
    for (int i = 0; i < 100_000; i++) {
      tally.add("a", "small" + i, 10);
      if (i % 1_000 == 0) {
        tally.add("a", "large", 100);
      }
    }

    assertEquals("large", tally.largest("a", 1).get(0).name());
    assertTrue(tally.largest(null, 1_000_000).size() <= 1_000);
  }
}
