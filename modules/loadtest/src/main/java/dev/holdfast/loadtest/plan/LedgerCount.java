package dev.holdfast.loadtest.plan;

/**
 * What clients received of channels of one kind, against what was published there. A number counts
 * once for each client that is to have it.
 *
 * @param expected known at the end only, before it 0
 * @param received distinct numbers
 * @param lost known at the end only: neither received, nor told as a gap, nor unanswered at the
 *     publisher
 * @param duplicated numbers that came again
 * @param outOfOrder numbers that came after a higher one
 * @param gaps gap frames
 * @param told numbers that are missing where a gap was told
 */
public record LedgerCount(
    long expected,
    long received,
    long lost,
    long duplicated,
    long outOfOrder,
    long gaps,
    long told) {
  public static final LedgerCount NONE = new LedgerCount(0, 0, 0, 0, 0, 0, 0);

  public LedgerCount plus(LedgerCount other) {
    return new LedgerCount(
        expected + other.expected,
        received + other.received,
        lost + other.lost,
        duplicated + other.duplicated,
        outOfOrder + other.outOfOrder,
        gaps + other.gaps,
        told + other.told);
  }
}
