package dev.holdfast.runs.records;

import dev.holdfast.runs.Busy;
import dev.holdfast.runs.config.RunLimits;
import org.jspecify.annotations.Nullable;

/**
 * A run as its record has it. Times are Redis time in ms.
 *
 * @param threadId as the client calls it, as {@code runId}
 * @param generation grows with each claim, each loss and the end; writes of an older one are
 *     refused
 * @param attempt the number of workers that had it, the one that has it included
 * @param held how it waits for its thread; none: it does not, or does no more
 * @param lease until when its worker has it without a sign of life; 0: no worker has it
 * @param cancel none: nobody wants it cancelled
 * @param end none: how it ends is not decided
 */
public record RunRecord(
    RunKey key,
    String owner,
    String threadId,
    String runId,
    String agent,
    RunState state,
    long generation,
    int attempt,
    @Nullable String worker,
    @Nullable Busy held,
    Times times,
    RunLimits limits,
    @Nullable Cancel cancel,
    @Nullable End end) {

  /** The thread that it belongs to. */
  public ThreadKey thread() {
    return ThreadKey.of(key.tenant(), owner, threadId);
  }

  /**
   * @param queued since when it waits, or waited last
   * @param started its first claim; 0: none yet
   * @param active the last time that an event was seen; 0: no worker yet
   */
  public record Times(long created, long queued, long started, long active, long lease) {}

  /**
   * Somebody wants the run cancelled.
   *
   * @param at from when on it is ended without its worker
   */
  public record Cancel(long at, String by, String why) {}

  /**
   * How the run ends.
   *
   * @param at when that was decided
   * @param generation the one that it ended, before it grew
   * @param cause see {@link EndCause#code}
   * @param outcome {@code success}, {@code interrupt}, {@code cancelled} or {@code error}
   * @param code of an error, otherwise empty
   * @param terminal the event that ends it; none once it was announced to all
   */
  public record End(
      long at,
      long generation,
      String cause,
      String outcome,
      String code,
      @Nullable String terminal) {

    /** An end that is not decided yet. */
    public static End of(String outcome, String code) {
      return new End(0, 0, "", outcome, code, null);
    }
  }
}
