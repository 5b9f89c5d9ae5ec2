package dev.holdfast.loadtest.worker.ledger;

import java.util.Arrays;

/**
 * Ranges of numbers that are missing, in their order; each was reported as a gap, or not. Two longs
 * for each range, however long it is.
 */
final class MissingRanges {
  private static final int FIRST_ROOM = 4;

  private long[] from = new long[FIRST_ROOM];

  /** The last of each range; below zero if it was reported as a gap. */
  private long[] to = new long[FIRST_ROOM];

  private int count;

  /** Says where a number was missing, if it was. */
  enum Found {
    NOT_MISSING,
    MISSING,
    IN_GAP
  }

  /** Takes each range. */
  interface Ranges {
    void range(long from, long to, boolean inGap);
  }

  boolean isEmpty() {
    return count == 0;
  }

  /** Both ends included; beyond all that there are. */
  void add(long first, long last, boolean inGap) {
    insert(count, first, inGap ? -last : last);
  }

  /** Fills it. */
  Found remove(long number) {
    int at = at(number);
    if (at < 0) {
      return Found.NOT_MISSING;
    }
    long last = Math.abs(to[at]);
    int sign = to[at] < 0 ? -1 : 1;
    if (from[at] == last) {
      drop(at);
    } else if (number == from[at]) {
      from[at]++;
    } else {
      to[at] = sign * (number - 1);
      if (number < last) {
        insert(at + 1, number + 1, sign * last);
      }
    }
    return sign < 0 ? Found.IN_GAP : Found.MISSING;
  }

  void forEach(Ranges ranges) {
    for (int i = 0; i < count; i++) {
      ranges.range(from[i], Math.abs(to[i]), to[i] < 0);
    }
  }

  private int at(long number) {
    int found = Arrays.binarySearch(from, 0, count, number);
    int at = found < 0 ? -found - 2 : found;
    return at >= 0 && number <= Math.abs(to[at]) ? at : -1;
  }

  private void insert(int at, long first, long last) {
    if (count == from.length) {
      from = Arrays.copyOf(from, count * 2);
      to = Arrays.copyOf(to, count * 2);
    }
    System.arraycopy(from, at, from, at + 1, count - at);
    System.arraycopy(to, at, to, at + 1, count - at);
    from[at] = first;
    to[at] = last;
    count++;
  }

  private void drop(int at) {
    count--;
    System.arraycopy(from, at + 1, from, at, count - at);
    System.arraycopy(to, at + 1, to, at, count - at);
  }
}
