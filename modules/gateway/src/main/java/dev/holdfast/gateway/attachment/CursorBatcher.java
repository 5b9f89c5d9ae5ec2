package dev.holdfast.gateway.attachment;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.sessions.Answer;
import dev.holdfast.sessions.SessionMessage.StoreCursors;
import dev.holdfast.sessions.SessionRef;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores the cursors that moved on one event loop, many sessions in one message. Cursors that could
 * not be stored go with the next flush, or with the detach. Confined to the event loop.
 */
public final class CursorBatcher {
  private static final Logger LOG = LoggerFactory.getLogger(CursorBatcher.class);
  private static final int BATCH = 200;

  private final ServiceClient sessions;
  private Set<HeldSession> moved = new LinkedHashSet<>();

  public CursorBatcher(ServiceClient sessions) {
    this.sessions = sessions;
  }

  void moved(HeldSession session) {
    moved.add(session);
  }

  void forget(HeldSession session) {
    moved.remove(session);
  }

  /**
   * Stores all that moved. The set is emptied first: a session that can't be stored may be put back
   * for the next flush before this one ends.
   */
  void flush() {
    Set<HeldSession> taken = moved;
    moved = new LinkedHashSet<>();
    List<HeldSession> batch = new ArrayList<>();
    for (HeldSession session : taken) {
      batch.add(session);
      if (batch.size() == BATCH) {
        store(batch);
        batch = new ArrayList<>();
      }
    }
    if (!batch.isEmpty()) {
      store(batch);
    }
  }

  private void store(List<HeldSession> batch) {
    compare(batch).onFailure(failure -> notStored(batch, failure));
  }

  /**
   * Stores the cursors of these sessions that moved, if any did, and closes connections that no
   * longer hold their sessions.
   */
  Future<?> compare(List<HeldSession> batch) {
    Map<SessionRef, HeldSession> holders = new HashMap<>();
    List<StoreCursors.Entry> entries = new ArrayList<>();
    for (HeldSession session : batch) {
      holders.put(session.ref(), session);
      entries.add(new StoreCursors.Entry(session.ref(), session.unsaved()));
    }
    return sessions
        .ask(new StoreCursors(entries))
        .onSuccess(unheld -> stored(entries, holders, unheld));
  }

  /** Returns the reason why a connection does not hold its session; none if it does. */
  Future<@Nullable ErrorCode> why(HeldSession session) {
    var entry = new StoreCursors.Entry(session.ref(), Map.of());
    return sessions
        .ask(new StoreCursors(List.of(entry)))
        .map(
            unheld ->
                unheld.entries().stream().findFirst().map(Answer.Unheld.Entry::why).orElse(null));
  }

  private static void stored(
      List<StoreCursors.Entry> entries,
      Map<SessionRef, HeldSession> holders,
      Answer.Unheld unheld) {
    for (StoreCursors.Entry entry : entries) {
      HeldSession holder = holders.get(entry.session());
      if (holder != null) {
        holder.saved(entry.cursors());
      }
    }
    for (Answer.Unheld.Entry entry : unheld.entries()) {
      HeldSession holder = holders.get(entry.session());
      if (holder != null) {
        holder.judged(entry.why());
      }
    }
  }

  private void notStored(List<HeldSession> batch, Throwable failure) {
    LOG.warn("cursors of {} sessions wait for the next flush: {}", batch.size(), "" + failure);
    for (HeldSession session : batch) {
      if (!session.isClosed()) {
        moved.add(session);
      }
    }
  }
}
