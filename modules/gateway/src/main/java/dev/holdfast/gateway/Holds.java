package dev.holdfast.gateway;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Compares what the connections of one event loop hold with the records, each once in a period, so
 * that one whose notice was lost does not go on reading a session that was taken over, ended, or
 * lost. Spread over the period; one batch at a time is under way. Confined to the event loop.
 */
final class Holds {
  private static final int BATCH = 200;

  private final CursorBatcher cursors;
  private final GatewayMetrics metrics;
  private final double share;
  private final Set<LiveSession> sessions = new LinkedHashSet<>();
  private double due;
  private boolean underWay;

  /**
   * @param tick how often {@link #tick} is called
   */
  Holds(CursorBatcher cursors, GatewayMetrics metrics, Duration period, Duration tick) {
    this.cursors = cursors;
    this.metrics = metrics;
    this.share = (double) tick.toNanos() / period.toNanos();
  }

  void add(LiveSession session) {
    sessions.add(session);
  }

  void remove(LiveSession session) {
    sessions.remove(session);
  }

  void tick() {
    due = Math.min(BATCH, due + sessions.size() * share);
    if (due >= 1 && !underWay && !sessions.isEmpty()) {
      compare(next());
    }
  }

  /** Those that were compared longest ago; they go to the end. */
  private List<LiveSession> next() {
    List<LiveSession> batch = new ArrayList<>();
    Iterator<LiveSession> eldest = sessions.iterator();
    while (batch.size() < (int) due && eldest.hasNext()) {
      batch.add(eldest.next());
    }
    due -= batch.size();
    batch.forEach(sessions::remove);
    sessions.addAll(batch);
    return batch;
  }

  private void compare(List<LiveSession> batch) {
    underWay = true;
    cursors
        .compare(batch)
        .onSuccess(done -> metrics.compared(batch.size()))
        .onComplete(done -> underWay = false);
  }
}
