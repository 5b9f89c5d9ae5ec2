package dev.holdfast.runs.config;

import java.time.Duration;

/**
 * The times and attempts that the runs of an agent have. They are kept in each run's record, so
 * that a change holds for the runs that start after it.
 *
 * @param queue how long a run waits for a worker: 1 s to 1 h, default 60 s
 * @param lease after which a worker that gives no sign of life has lost its run: 1 s to 5 min,
 *     default 15 s
 * @param idle how long a worker may send no event: 1 s to 24 h, default 2 min
 * @param longest a run may take: 1 s to 24 h, default 15 min
 * @param grace that a worker has to end a run that is cancelled: 0 to 5 min, default 10 s
 * @param attempts workers that may lose a run before its first event: 1 to 100, default 3
 */
public record RunLimits(
    Duration queue, Duration lease, Duration idle, Duration longest, Duration grace, int attempts) {
  private static final Duration QUEUE = Duration.ofSeconds(60);
  private static final Duration LEASE = Duration.ofSeconds(15);
  private static final Duration IDLE = Duration.ofMinutes(2);
  private static final Duration LONGEST = Duration.ofMinutes(15);
  private static final Duration GRACE = Duration.ofSeconds(10);

  public static final RunLimits DEFAULT = new RunLimits(QUEUE, LEASE, IDLE, LONGEST, GRACE, 0);

  /** Takes the default for what is left out, which is null or 0 here. */
  public RunLimits {
    queue = queue == null ? QUEUE : queue;
    lease = lease == null ? LEASE : lease;
    idle = idle == null ? IDLE : idle;
    longest = longest == null ? LONGEST : longest;
    grace = grace == null ? GRACE : grace;
    attempts = attempts == 0 ? 3 : attempts;
    Ranges ranges = new Ranges("agent");
    ranges.check("queue", queue, Duration.ofSeconds(1), Duration.ofHours(1));
    ranges.check("lease", lease, Duration.ofSeconds(1), Duration.ofMinutes(5));
    ranges.check("idle", idle, Duration.ofSeconds(1), Duration.ofHours(24));
    ranges.check("longest", longest, Duration.ofSeconds(1), Duration.ofHours(24));
    ranges.check("grace", grace, Duration.ZERO, Duration.ofMinutes(5));
    ranges.check("attempts", attempts, 1, 100);
    ranges.refuse();
  }
}
