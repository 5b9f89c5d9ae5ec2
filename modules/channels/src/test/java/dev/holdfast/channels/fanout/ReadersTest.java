package dev.holdfast.channels.fanout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ReadersTest {
  private static final int READERS = 20_000;

  private final Readers<Reader> readers = new Readers<>();
  private long looks;

  /** Counts how often it is compared with another, as by a search. */
  private final class Reader extends Readers.Placed {
    @Override
    public boolean equals(Object other) {
      looks++;
      return this == other;
    }

    @Override
    public int hashCode() {
      looks++;
      return System.identityHashCode(this);
    }
  }

  private List<Reader> added(int count) {
    List<Reader> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Reader reader = new Reader();
      readers.add(reader);
      all.add(reader);
    }
    return all;
  }

  /** When a node with 50,000 connections ended, those of one channel took 10^9 steps to leave. */
  @Test
  void thousandsLeaveWithoutASearchForEach() {
    List<Reader> all = added(READERS);
    Collections.shuffle(all, new Random(7));

    all.forEach(reader -> assertTrue(readers.remove(reader)));

    assertTrue(readers.now().isEmpty());
    assertTrue(looks <= 2L * READERS, "looks: " + looks);
  }

  @Test
  void whoeverLeavesTheOthersStayAndNobodyLeavesTwice() {
    List<Reader> all = added(300);
    Collections.shuffle(all, new Random(7));
    Set<Reader> left = new HashSet<>(all);
    for (Reader reader : all) {
      assertTrue(readers.remove(reader));
      assertFalse(readers.remove(reader));
      left.remove(reader);
      assertEquals(left, new HashSet<>(readers.now()));
    }
  }
}
