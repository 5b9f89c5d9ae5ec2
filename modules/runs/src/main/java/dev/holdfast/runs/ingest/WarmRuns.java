package dev.holdfast.runs.ingest;

import dev.holdfast.runs.records.RunKey;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The runs that are in memory, those that were used longest ago first to go; and those of which a
 * batch is under way.
 */
final class WarmRuns {
  /** A character of JSON takes so many bytes as a tree, roughly. */
  private static final int BYTES_PER_WEIGHT = 4;

  private static final long EACH = 8 << 10;

  private final long mostBytes;
  private final Map<RunKey, LiveRun> runs = new LinkedHashMap<>(16, 0.75f, true);
  private final Map<RunKey, Long> sizes = new HashMap<>();
  private final Set<RunKey> busy = new HashSet<>();
  private long bytes;

  WarmRuns(long mostBytes) {
    this.mostBytes = mostBytes;
  }

  /** Returns whether no batch of the run was under way; one is from now on. */
  boolean enter(RunKey run) {
    return busy.add(run);
  }

  /** The batch of the run is done: what it has become is counted anew. */
  void leave(RunKey run) {
    busy.remove(run);
    LiveRun live = runs.get(run);
    if (live != null) {
      size(run, EACH + BYTES_PER_WEIGHT * live.transcript.weight());
    }
    Iterator<RunKey> oldest = runs.keySet().iterator();
    while (bytes > mostBytes && oldest.hasNext()) {
      RunKey next = oldest.next();
      if (!busy.contains(next)) {
        oldest.remove();
        size(next, 0);
      }
    }
  }

  private void size(RunKey run, long now) {
    Long before = now == 0 ? sizes.remove(run) : sizes.put(run, now);
    bytes += now - (before == null ? 0 : before);
  }

  @Nullable LiveRun get(RunKey run) {
    return runs.get(run);
  }

  void put(LiveRun live) {
    runs.put(live.run.key(), live);
  }

  void drop(RunKey run) {
    runs.remove(run);
    size(run, 0);
  }

  int size() {
    return runs.size();
  }

  long bytes() {
    return bytes;
  }
}
