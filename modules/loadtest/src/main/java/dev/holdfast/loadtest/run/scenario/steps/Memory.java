package dev.holdfast.loadtest.run.scenario.steps;

import dev.holdfast.loadtest.run.Run;
import dev.holdfast.loadtest.targets.LiveHeap;
import org.jspecify.annotations.Nullable;

/**
 * The bytes that nodes and Redis hold at one moment, as far as they are known.
 *
 * @param rss of the nodes' processes, after a collection
 * @param heap of the nodes, after a collection
 */
public record Memory(@Nullable Double rss, @Nullable Double heap, @Nullable Double redis) {
  /** Samples come once a second; this is how old one may be. */
  private static final double FRESH_S = 2.5;

  public static Memory of(Run run) throws InterruptedException {
    Double heap = LiveHeap.of(run.target());
    run.hold(FRESH_S);
    return new Memory(run.server().rss(), heap, run.server().redisMemory());
  }

  /** The growth, of each; none: it is not known. */
  public static @Nullable Double each(@Nullable Double before, @Nullable Double after, int count) {
    return before == null || after == null ? null : (Double) ((after - before) / count);
  }
}
