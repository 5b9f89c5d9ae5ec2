package dev.holdfast.runs;

import dev.holdfast.core.BusValue;
import dev.holdfast.core.Position;
import org.jspecify.annotations.Nullable;

/**
 * A run up to a position of its log. Together with the events after it, it is the whole run.
 *
 * @param run as it is now
 * @param at up to where; none: there is no snapshot, and the log is read from its beginning
 * @param document as JSON: {@code messages}, {@code state}, and what is open; none as above
 */
public record RunSnapshot(RunView run, @Nullable Position at, @Nullable String document)
    implements BusValue {
  @Override
  public int answerBytes() {
    return document == null ? 0 : document.length();
  }
}
