package dev.holdfast.runs;

import dev.holdfast.core.BusValue;
import org.jspecify.annotations.Nullable;

/**
 * A run that was looked for.
 *
 * @param run as it is now; none: there is none, or its record is no longer kept
 * @param document only if the run is over, and its events are no longer kept: what its thread has
 *     come to, as JSON: {@code messages}, {@code state}, and {@code runId} and {@code end} of the
 *     thread's last run; members may be missing
 * @param input the run's, as JSON, for as long as it may have no snapshot
 */
public record RunFound(@Nullable RunView run, @Nullable String document, @Nullable String input)
    implements BusValue {
  @Override
  public int answerBytes() {
    return (document == null ? 0 : document.length()) + (input == null ? 0 : input.length());
  }
}
