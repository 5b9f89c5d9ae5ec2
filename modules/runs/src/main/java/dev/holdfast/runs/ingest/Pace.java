package dev.holdfast.runs.ingest;

import dev.holdfast.runs.config.RunsConfig;
import dev.holdfast.runs.records.RunKey;
import java.util.HashSet;
import java.util.Set;

/**
 * The time between two publications of a text that grows. It is as short as the settings say while
 * few texts grow at this node, and longer the more there are: together they make no more
 * publications a second than the settings allow, however fast tokens come.
 */
final class Pace {
  private static final long SAMPLE_MS = 500;
  private static final long LONGEST_MS = 2_000;

  private final long window;
  private final long perSecond;
  private Set<RunKey> growing = new HashSet<>();
  private int before;
  private long sampleEnds;

  Pace(RunsConfig config) {
    this.window = config.window().toMillis();
    this.perSecond = config.deltasPerSecond();
  }

  /**
   * Returns the window, in ms, for a run that grows now.
   *
   * @param now ms of this process
   */
  long window(RunKey run, long now) {
    if (now >= sampleEnds) {
      before = now < sampleEnds + SAMPLE_MS ? growing.size() : 0;
      growing = new HashSet<>();
      sampleEnds = now + Math.max(SAMPLE_MS, Math.min(LONGEST_MS, wide(before)));
    }
    growing.add(run);
    int runs = Math.max(before, growing.size());
    return Math.max(window, Math.min(LONGEST_MS, wide(runs)));
  }

  private long wide(int runs) {
    return runs * 1_000L / perSecond;
  }
}
