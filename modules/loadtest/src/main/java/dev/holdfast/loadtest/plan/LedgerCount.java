package dev.holdfast.loadtest.plan;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * Counts what clients received of channels of one kind, against what was published there. A number
 * counts once for each client that is to have it.
 *
 * @param expected known at the end only, before it 0
 * @param received distinct numbers
 * @param lost known at the end only: neither received, nor in a gap, nor unanswered at the
 *     publisher
 * @param duplicated numbers that came again
 * @param outOfOrder numbers that came after a higher one
 * @param gaps gap frames
 * @param inGaps numbers that are missing in gaps that the server reported; {@code told} in JSON
 */
public record LedgerCount(
    long expected,
    long received,
    long lost,
    long duplicated,
    long outOfOrder,
    long gaps,
    @JsonProperty("told") long inGaps) {
  public static final LedgerCount NONE = new LedgerCount(0, 0, 0, 0, 0, 0, 0);

  public LedgerCount plus(LedgerCount other) {
    return new LedgerCount(
        expected + other.expected,
        received + other.received,
        lost + other.lost,
        duplicated + other.duplicated,
        outOfOrder + other.outOfOrder,
        gaps + other.gaps,
        inGaps + other.inGaps);
  }
}
