package dev.holdfast.runs;

import dev.holdfast.core.BusValue;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A thread, as its owner sees it. Times are the store's, in ms since 1970.
 *
 * @param threadId as its client calls it
 * @param title none: it was given none
 * @param activeRun the run that it has now; none: it has none
 * @param lastRun the run that ended last; none: none yet
 * @param asked ids of the questions to people that wait for an answer; at most 16
 * @param version grows with each change of its messages
 * @param changed when its last run began or ended
 */
public record ThreadView(
    String tenant,
    String owner,
    String threadId,
    @Nullable String title,
    @Nullable String activeRun,
    @Nullable String lastRun,
    List<String> asked,
    long version,
    long created,
    long changed)
    implements BusValue {
  private static final int BESIDES = 320;

  public ThreadView {
    asked = List.copyOf(asked);
  }

  /** Returns as many bytes as it may have in JSON. */
  @Override
  public int answerBytes() {
    int questions = asked.stream().mapToInt(id -> JsonBytes.of(id) + 1).sum();
    return BESIDES
        + JsonBytes.of(owner)
        + JsonBytes.of(threadId)
        + JsonBytes.of(title)
        + JsonBytes.of(activeRun)
        + JsonBytes.of(lastRun)
        + questions;
  }
}
