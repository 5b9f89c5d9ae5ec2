package dev.holdfast.core.bus;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Measures by how much a message came later than others of its sender do. Clocks of two machines
 * can't be compared, but the difference of two that only go forward stays: what exceeds the least
 * that was seen lately is time spent on the way. Safe on any thread.
 */
final class Lateness {
  private static final int MOST_SENDERS = 2_000;

  /** The least of two such windows counts, so that clocks may drift. */
  private static final long WINDOW_MS = 300_000;

  private final Map<String, Least> senders =
      new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Least> eldest) {
          return size() > MOST_SENDERS;
        }
      };

  private static final class Least {
    private long since;
    private long before = Long.MAX_VALUE;
    private long now = Long.MAX_VALUE;
  }

  /**
   * Returns the lateness in ms; 0 for the first of a sender.
   *
   * @param sent by the sender's clock
   * @param at by one's own
   */
  synchronized long of(String sender, long sent, long at) {
    Least least = senders.computeIfAbsent(sender, fresh -> new Least());
    if (least.now == Long.MAX_VALUE) {
      least.since = at;
    } else if (at - least.since > WINDOW_MS) {
      least.before = least.now;
      least.now = Long.MAX_VALUE;
      least.since = at;
    }
    long difference = at - sent;
    long late = difference - Math.min(difference, Math.min(least.before, least.now));
    least.now = Math.min(least.now, difference);
    return late;
  }
}
