package dev.holdfast.sessions.service;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Remembers index members without a session. The first look may have come between the index entry
 * and the record of a session that is just being opened. So a member is taken for gone if it still
 * has no session at a second look, later than any attach takes. Ids are never used again, so what
 * is gone stays gone. Bounded; confined to the verticle's context.
 */
final class OrphanCandidates {
  private static final int MOST = 10_000;

  private final Map<String, Long> seen =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
          return size() > MOST;
        }
      };

  private final long ageNanos;

  OrphanCandidates(long ageMs) {
    this.ageNanos = TimeUnit.MILLISECONDS.toNanos(ageMs);
  }

  /** Returns whether this member can be removed from its index. */
  boolean isGone(String index, String member) {
    String key = index + " " + member;
    long now = System.nanoTime();
    Long first = seen.putIfAbsent(key, now);
    if (first == null || now - first < ageNanos) {
      return false;
    }
    seen.remove(key);
    return true;
  }
}
