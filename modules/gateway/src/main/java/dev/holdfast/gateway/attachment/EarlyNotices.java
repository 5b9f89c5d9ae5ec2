package dev.holdfast.gateway.attachment;

import dev.holdfast.sessions.NodeNotice;
import dev.holdfast.sessions.NodeNotice.Over;
import dev.holdfast.sessions.SessionRef;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Notices of attachments that ended lately. If two resumes race, the loser's node may hear that it
 * was replaced before it hears that it was attached, and after that it may hear of an earlier
 * attachment. So the greatest generation counts, whatever comes last. Safe on any thread.
 */
final class EarlyNotices {
  /** The time for which a notice is kept; longer than an attach may take. */
  private static final long KEPT_NANOS = TimeUnit.SECONDS.toNanos(15);

  private static final int MOST = 10_000;

  private final Map<Key, Kept> kept = new LinkedHashMap<>();

  private record Key(String tenant, String session) {}

  private record Kept(Over notice, long at) {}

  synchronized void add(Over notice) {
    long now = System.nanoTime();
    forget(now);
    Key key = new Key(notice.tenant(), notice.session());
    Kept before = kept.remove(key);
    kept.put(key, new Kept(before == null ? notice : stronger(before.notice(), notice), now));
  }

  /** Drops notices for which no attach waits any more; also called now and then. */
  synchronized void forget(long now) {
    Iterator<Kept> eldest = kept.values().iterator();
    while (eldest.hasNext() && isDone(eldest.next(), now)) {
      eldest.remove();
    }
  }

  /** Returns the notice that counts. The end of a session also ends the attachment that held it. */
  private static Over stronger(Over one, Over other) {
    if (one.generation() != other.generation()) {
      return one.generation() > other.generation() ? one : other;
    }
    return one instanceof NodeNotice.Ended ? one : other;
  }

  private boolean isDone(Kept entry, long now) {
    return kept.size() >= MOST || now - entry.at() > KEPT_NANOS;
  }

  /** Returns the notice that concerns this attachment; none if there is none. */
  synchronized @Nullable Over of(SessionRef session) {
    Kept last = kept.get(new Key(session.tenant(), session.session()));
    return last != null && last.notice().concerns(session.generation()) ? last.notice() : null;
  }
}
