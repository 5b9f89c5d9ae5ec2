package dev.holdfast.runs.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.runs.config.RunsConfig;
import dev.holdfast.runs.records.RunKey;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PaceTest {
  private static final int WINDOW = 50;
  private static final int PER_SECOND = 6_000;

  private final Pace pace = new Pace(RunsConfig.DEFAULTS);

  private static List<RunKey> runs(int count) {
    List<RunKey> runs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      runs.add(new RunKey("t", "r" + i));
    }
    return runs;
  }

  /** Each run grows whenever it may; returns how many publications that makes in a second. */
  private int grow(List<RunKey> runs, long from, long ms) {
    long[] next = new long[runs.size()];
    int published = 0;
    for (long now = from; now < from + ms; now++) {
      for (int i = 0; i < runs.size(); i++) {
        if (now >= next[i]) {
          next[i] = now + pace.window(runs.get(i), now);
          published += now >= from + ms / 2 ? 1 : 0;
        }
      }
    }
    return (int) (published * 2_000L / ms);
  }

  @Test
  void fewTextsGrowAtTheShortestWindow() {
    assertEquals(10 * 1_000 / WINDOW, grow(runs(10), 1_000_000, 10_000));
  }

  @Test
  void manyTextsTogetherMakeNoMoreThanTheSettingsAllow() {
    for (int count : new int[] {1_000, 5_000}) {
      int perSecond = grow(runs(count), 1_000_000L * count, 20_000);
      assertTrue(perSecond <= PER_SECOND * 1.1, count + " runs: " + perSecond);
      assertTrue(perSecond >= PER_SECOND * 0.8, count + " runs: " + perSecond);
    }
  }

  @Test
  void theWindowIsShortAgainWhenTheOthersAreDone() {
    grow(runs(1_000), 1_000_000, 5_000);
    assertEquals(WINDOW, pace.window(new RunKey("t", "r1"), 1_010_000));
  }
}
