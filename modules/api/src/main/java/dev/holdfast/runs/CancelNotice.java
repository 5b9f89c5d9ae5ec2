package dev.holdfast.runs;

import dev.holdfast.core.BusValue;

/**
 * A hint to those that work on runs: somebody cancelled this one, or said something to it. Lost, it
 * costs the time until the next beat; whoever gets it asks what is so.
 */
public record CancelNotice(String tenant, String run) implements BusValue {
  /** The address at which it is published. */
  public static final String ADDRESS = "runs.cancelled";
}
