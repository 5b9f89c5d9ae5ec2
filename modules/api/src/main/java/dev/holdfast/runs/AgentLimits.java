package dev.holdfast.runs;

import dev.holdfast.core.BusValue;
import org.jspecify.annotations.Nullable;

/**
 * The times, in ms, and attempts that the runs of an agent have. None stands for the nodes'
 * default.
 *
 * @param queue how long a run waits for a worker: 1 s to 1 h
 * @param lease after which a worker that gives no sign of life has lost its run: 1 s to 5 min
 * @param idle how long a worker may send no event: 1 s to 24 h
 * @param longest a run may take: 1 s to 24 h
 * @param grace that a worker has to end a run that is cancelled: 0 to 5 min
 * @param attempts workers that may lose a run before its first event: 1 to 100
 */
public record AgentLimits(
    @Nullable Long queue,
    @Nullable Long lease,
    @Nullable Long idle,
    @Nullable Long longest,
    @Nullable Long grace,
    @Nullable Integer attempts)
    implements BusValue {
  /** All as the nodes have them. */
  public static final AgentLimits DEFAULTS = new AgentLimits(null, null, null, null, null, null);
}
