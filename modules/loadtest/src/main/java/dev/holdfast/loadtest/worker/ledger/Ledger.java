package dev.holdfast.loadtest.worker.ledger;

import org.jspecify.annotations.Nullable;

/**
 * Notes what one client received of one channel, whose publications are numbered from 1. It is
 * exact, and takes a few bytes as long as nothing is missing. Confined to one event loop.
 */
final class Ledger {
  private long last;
  private boolean gapReported;
  private @Nullable MissingRanges missing;

  /**
   * The numbers that are missing at the end.
   *
   * @param lost neither in a gap that was reported, nor unanswered
   * @param inGaps in gaps that were reported, unanswered or not
   * @param unanswered of the rest, those whose publisher had no answer
   */
  record Missing(long lost, long inGaps, long unanswered) {}

  /**
   * @param number from 1
   * @return whether it came for the first time
   */
  boolean received(long number, LedgerTally tally) {
    if (number > last) {
      skip(number, tally);
      tally.received++;
      return true;
    }
    MissingRanges.Found found =
        missing == null ? MissingRanges.Found.NOT_MISSING : missing.remove(number);
    if (found == MissingRanges.Found.NOT_MISSING) {
      tally.duplicated++;
      return false;
    }
    tally.received++;
    tally.outOfOrder++;
    tally.inGaps -= found == MissingRanges.Found.IN_GAP ? 1 : 0;
    return true;
  }

  private void skip(long number, LedgerTally tally) {
    if (number > last + 1) {
      MissingRanges ranges = missing == null ? new MissingRanges() : missing;
      ranges.add(last + 1, number - 1, gapReported);
      missing = ranges;
      tally.inGaps += gapReported ? number - 1 - last : 0;
    }
    last = number;
    gapReported = false;
  }

  /**
   * A gap frame came: what the next event skips is reported, or, if none follows, all that was
   * published after the last.
   */
  void gap(LedgerTally tally) {
    tally.gaps++;
    gapReported = true;
  }

  /** Begins behind this number: a reader has what stands for all up to it. */
  void begin(long number) {
    last = number;
  }

  long last() {
    return last;
  }

  /** Returns whether a number came that was never published. */
  boolean beyond(Expected expected) {
    return last > expected.published();
  }

  Missing missing(Expected expected) {
    var sum = new MissingSum(expected);
    if (missing != null) {
      missing.forEach(sum);
    }
    sum.range(last + 1, expected.published(), gapReported);
    return new Missing(sum.lost, sum.inGaps, sum.unanswered);
  }

  /** Adds up ranges that are missing. */
  private static final class MissingSum implements MissingRanges.Ranges {
    private final Expected expected;
    private long lost;
    private long inGaps;
    private long unanswered;

    MissingSum(Expected expected) {
      this.expected = expected;
    }

    @Override
    public void range(long from, long to, boolean inGap) {
      long end = Math.min(to, expected.published());
      if (end < from) {
        return;
      }
      if (inGap) {
        inGaps += end - from + 1;
      } else {
        long excused = expected.unansweredIn(from, end);
        unanswered += excused;
        lost += end - from + 1 - excused;
      }
    }
  }
}
