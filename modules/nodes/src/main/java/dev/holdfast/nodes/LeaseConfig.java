package dev.holdfast.nodes;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Settings of how fast a dead node is noticed, and how often what is due is looked at.
 *
 * @param lease how long a node counts as live after its last renewal, 300 ms to 1 minute
 * @param renewal how often it renews, 50 ms to a third of the lease
 * @param sweep how often the sessions are looked at that may have to end, 50 ms to 1 minute
 * @param lookBack how often dead nodes are looked at for late index entries, 50 ms to 10 minutes
 * @param upkeep how often the TTLs of this node's sessions are renewed, 1 s to 6 hours
 */
public record LeaseConfig(
    Duration lease, Duration renewal, Duration sweep, Duration lookBack, Duration upkeep) {
  /** An expiry that is further ahead is of before Redis' clock was set back. */
  static final Duration LONGEST = Duration.ofMinutes(1);

  private static final Duration SHORTEST = Duration.ofMillis(50);

  public LeaseConfig {
    var problems = new ArrayList<String>();
    check("lease", lease, Duration.ofMillis(300), LONGEST, problems);
    check("sweep", sweep, SHORTEST, Duration.ofMinutes(1), problems);
    check("lookBack", lookBack, SHORTEST, Duration.ofMinutes(10), problems);
    check("upkeep", upkeep, Duration.ofSeconds(1), Duration.ofHours(6), problems);
    if (problems.isEmpty()) {
      check("renewal", renewal, SHORTEST, lease.dividedBy(3), problems);
    }
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException("lease: " + String.join("; ", problems));
    }
  }

  /**
   * The defaults: 6 s, renewed every 2 s; sweeps every second, looks back every 10 s, upkeep
   * hourly.
   */
  public static LeaseConfig defaults() {
    return of(Duration.ofSeconds(6), Duration.ofSeconds(2));
  }

  /** The defaults but for the lease and its renewal. */
  public static LeaseConfig of(Duration lease, Duration renewal) {
    return new LeaseConfig(
        lease, renewal, Duration.ofSeconds(1), Duration.ofSeconds(10), Duration.ofHours(1));
  }

  public LeaseConfig withSweep(Duration sweep) {
    return new LeaseConfig(lease, renewal, sweep, lookBack, upkeep);
  }

  public LeaseConfig withLookBack(Duration lookBack) {
    return new LeaseConfig(lease, renewal, sweep, lookBack, upkeep);
  }

  public LeaseConfig withUpkeep(Duration upkeep) {
    return new LeaseConfig(lease, renewal, sweep, lookBack, upkeep);
  }

  private static void check(
      String name, Duration value, Duration shortest, Duration longest, List<String> problems) {
    Objects.requireNonNull(value, name);
    if (value.compareTo(shortest) < 0 || value.compareTo(longest) > 0) {
      problems.add(name + ": " + shortest + " to " + longest + ", not " + value);
    }
  }
}
