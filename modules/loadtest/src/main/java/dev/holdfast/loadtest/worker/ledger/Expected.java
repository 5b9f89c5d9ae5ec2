package dev.holdfast.loadtest.worker.ledger;

import dev.holdfast.loadtest.plan.Totals;
import java.util.Arrays;

/**
 * The numbers that a channel's readers are to have: 1 to {@code published}, perhaps without the
 * unanswered ones.
 */
final class Expected {
  static final Expected NOTHING = new Expected(0, new long[0]);

  private final long published;
  private final long[] unanswered;

  private Expected(long published, long[] unanswered) {
    this.published = published;
    this.unanswered = unanswered;
    Arrays.sort(unanswered);
  }

  static Expected of(Totals.Channel total) {
    if (total == null) {
      return NOTHING;
    }
    long[] unanswered = total.unanswered().stream().mapToLong(Long::longValue).toArray();
    return new Expected(total.published(), unanswered);
  }

  long published() {
    return published;
  }

  /** Counts the unanswered ones of these numbers, both ends included. */
  long unansweredIn(long from, long to) {
    return Math.max(0, place(to + 1) - place(from));
  }

  private int place(long number) {
    int found = Arrays.binarySearch(unanswered, number);
    return found < 0 ? -found - 1 : found;
  }
}
