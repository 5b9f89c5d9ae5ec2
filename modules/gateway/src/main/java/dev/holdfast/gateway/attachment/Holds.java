package dev.holdfast.gateway.attachment;

import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntConsumer;

/**
 * Compares what the connections of one event loop hold with the records, each once in a period, so
 * that one whose notice was lost does not go on reading a session that was taken over, ended, or
 * lost. Spread over the period; those whose record is said to be gone come at once. One batch at a
 * time is under way. Confined to the event loop.
 */
public final class Holds {
  private static final int BATCH = 200;

  private final CursorBatcher cursors;
  private final IntConsumer compared;
  private final double share;
  private final Set<HeldSession> sessions = new LinkedHashSet<>();
  private final Set<HeldSession> hurried = new LinkedHashSet<>();
  private double due;
  private boolean underWay;

  /**
   * @param compared gets how many were compared
   * @param tick how often {@link #tick} is called
   */
  public Holds(CursorBatcher cursors, IntConsumer compared, Duration period, Duration tick) {
    this.cursors = cursors;
    this.compared = compared;
    this.share = (double) tick.toNanos() / period.toNanos();
  }

  void add(HeldSession session) {
    sessions.add(session);
  }

  void remove(HeldSession session) {
    sessions.remove(session);
    hurried.remove(session);
  }

  /** Its channel is said to be that of no session: to be compared now, until that is answered. */
  void hurry(HeldSession session) {
    if (sessions.contains(session)) {
      hurried.add(session);
      hurryOn();
    }
  }

  void tick() {
    hurryOn();
    due = Math.min(BATCH, due + sessions.size() * share);
    if (due >= 1 && !underWay && !sessions.isEmpty()) {
      compare(next());
    }
  }

  private void hurryOn() {
    if (underWay || hurried.isEmpty()) {
      return;
    }
    List<HeldSession> batch = hurried.stream().limit(BATCH).toList();
    compare(batch).onSuccess(done -> compared(batch));
  }

  /** A session whose record is there after all has lost its channel: its client is to resume. */
  private void compared(List<HeldSession> batch) {
    List<HeldSession> held = batch.stream().filter(sessions::contains).toList();
    batch.forEach(hurried::remove);
    held.forEach(session -> session.judged(null));
    hurryOn();
  }

  /** Those that were compared longest ago; they go to the end. */
  private List<HeldSession> next() {
    List<HeldSession> batch = new ArrayList<>();
    Iterator<HeldSession> eldest = sessions.iterator();
    while (batch.size() < (int) due && eldest.hasNext()) {
      batch.add(eldest.next());
    }
    due -= batch.size();
    batch.forEach(sessions::remove);
    sessions.addAll(batch);
    return batch;
  }

  private Future<?> compare(List<HeldSession> batch) {
    underWay = true;
    return cursors
        .compare(batch)
        .onComplete(done -> underWay = false)
        .onSuccess(done -> compared.accept(batch.size()));
  }
}
