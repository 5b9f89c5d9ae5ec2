package dev.holdfast.gateway;

import dev.holdfast.sessions.NodeNotice;
import dev.holdfast.sessions.SessionRef;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Replacements told lately. Of two resumes that race, the loser's node may hear that it was
 * replaced before it hears that it was attached. Safe on any thread.
 */
final class EarlyNotices {
  /** Longer than an attach may take. */
  private static final long KEPT_NANOS = TimeUnit.SECONDS.toNanos(15);

  private static final int MOST = 10_000;

  private final Map<Key, Told> told = new LinkedHashMap<>();

  private record Key(String tenant, String session) {}

  private record Told(long generation, long at) {}

  synchronized void add(NodeNotice.Replaced notice) {
    long now = System.nanoTime();
    Iterator<Told> eldest = told.values().iterator();
    while (eldest.hasNext() && isDone(eldest.next(), now)) {
      eldest.remove();
    }
    Key key = new Key(notice.tenant(), notice.session());
    told.remove(key);
    told.put(key, new Told(notice.generation(), now));
  }

  private boolean isDone(Told entry, long now) {
    return told.size() >= MOST || now - entry.at() > KEPT_NANOS;
  }

  /** Whether this attachment was told to be replaced. */
  synchronized boolean replaces(SessionRef session) {
    Told last = told.get(new Key(session.tenant(), session.session()));
    return last != null && session.generation() <= last.generation();
  }
}
