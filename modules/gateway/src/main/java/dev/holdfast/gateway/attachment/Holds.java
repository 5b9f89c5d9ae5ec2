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
 * Compares the sessions that connections of one event loop hold with their records, each once in a
 * period. Otherwise a connection whose notice was lost would go on reading a session that was taken
 * over, ended, or lost. Comparisons are spread over the period; a session whose record is reported
 * as gone is compared at once. One batch at a time is under way. Confined to the event loop.
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
   * @param compared gets the number of sessions that were compared
   * @param tick the time between two calls of {@link #tick}
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

  /**
   * Compares a session as soon as possible, and again until there is an answer: its channel is
   * reported to be that of no session.
   */
  void hurry(HeldSession session) {
    if (sessions.contains(session)) {
      hurried.add(session);
      hurryOn();
    }
  }

  /** What was due and could not be compared is made up for, but not all of it at once. */
  void tick() {
    double each = sessions.size() * share;
    due = Math.min(BATCH + 2 * each, due + each);
    goOn();
  }

  private void goOn() {
    hurryOn();
    if (due >= 1 && !underWay && !sessions.isEmpty()) {
      compare(next()).onSuccess(done -> goOn());
    }
  }

  private void hurryOn() {
    if (underWay || hurried.isEmpty()) {
      return;
    }
    List<HeldSession> batch = hurried.stream().limit(BATCH).toList();
    compare(batch).onSuccess(done -> compared(batch));
  }

  /**
   * Closes the connections of sessions whose record is there after all: these have lost their
   * channel, and their clients have to resume.
   */
  private void compared(List<HeldSession> batch) {
    List<HeldSession> held = batch.stream().filter(sessions::contains).toList();
    batch.forEach(hurried::remove);
    held.forEach(session -> session.judged(null));
    goOn();
  }

  /** Takes the sessions that were compared longest ago; they go to the end. */
  private List<HeldSession> next() {
    due = Math.min(sessions.size(), due);
    List<HeldSession> batch = new ArrayList<>();
    Iterator<HeldSession> eldest = sessions.iterator();
    while (batch.size() < Math.min(BATCH, (int) due) && eldest.hasNext()) {
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
