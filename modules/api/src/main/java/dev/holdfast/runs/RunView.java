package dev.holdfast.runs;

import dev.holdfast.core.BusValue;
import dev.holdfast.core.ChannelName;
import org.jspecify.annotations.Nullable;

/**
 * A run, as its owner sees it. Times are the store's, in ms since 1970.
 *
 * @param run its id; the client's own id is {@code runId}
 * @param state {@code queued}, {@code running}, {@code ending} or {@code ended}
 * @param cancelling whether somebody cancelled it, and it has not come to its end
 * @param outcome {@code success}, {@code interrupt}, {@code cancelled} or {@code error}; none: how
 *     it ends is not decided
 * @param code of an error
 * @param attempt the number of workers that had it
 * @param ended 0: it has not
 */
public record RunView(
    String tenant,
    String run,
    String owner,
    String agent,
    String threadId,
    String runId,
    String state,
    boolean cancelling,
    @Nullable String outcome,
    @Nullable String code,
    int attempt,
    long created,
    long ended)
    implements BusValue {
  private static final int BESIDES = 384;

  /** Returns as many bytes as it may have in JSON. */
  @Override
  public int answerBytes() {
    return BESIDES
        + 2 * JsonBytes.of(run)
        + JsonBytes.of(owner)
        + JsonBytes.of(agent)
        + JsonBytes.of(threadId)
        + JsonBytes.of(runId)
        + JsonBytes.of(code);
  }

  /** The channel that has its events. */
  public ChannelName channel() {
    return new ChannelName(ChannelName.Kind.RUN, run);
  }
}
