package dev.holdfast.loadtest.worker.measure;

import java.util.HashMap;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** All series of one event loop, by name. Confined to it. */
public final class Timings {
  private final Map<String, Timing> series = new HashMap<>();

  public Timing of(String name) {
    return series.computeIfAbsent(name, fresh -> new Timing());
  }

  /** Returns what came since the last call; series without news are left out. */
  public Map<String, Histogram> take() {
    Map<String, Histogram> taken = new HashMap<>();
    series.forEach((name, timing) -> put(taken, name, timing.take()));
    return taken;
  }

  private static void put(Map<String, Histogram> into, String name, @Nullable Histogram histogram) {
    if (histogram != null) {
      into.put(name, histogram);
    }
  }
}
