package dev.holdfast.runs.config;

import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Names;
import dev.holdfast.limits.runs.RunAmounts;
import dev.holdfast.limits.runs.RunLimit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Settings of runs.
 *
 * @param enabled whether this node serves runs and sweeps them, default true; what is asked of runs
 *     is {@code unavailable} if no node does
 * @param userRuns most active runs of a user: 1 to 10,000, default 5
 * @param tenantRuns most active runs of a tenant: 1 to 100,000, default 200
 * @param startsPerMinute most runs that a user starts within a minute: 1 to 10,000, default 60
 * @param startBytesPerMinute most bytes of the inputs of these, but for a single one: 64 KiB to 1
 *     GiB, default 8 MiB
 * @param userTokensPerDay most tokens of models that a user's runs take on a day of UTC: the start
 *     of another one is refused then; 1 to 10^12, default 0: no limit
 * @param tenantTokensPerDay likewise of a tenant
 * @param queued most runs of a tenant that wait for one agent: 1 to 100,000, default 1,000
 * @param offer after which a run that was offered to a worker, and neither taken nor gone, is
 *     offered to another: 100 ms to 1 min, default 5 s
 * @param window between two publications of one text that grows, or of one tool's arguments: 0 to 1
 *     s, default 50 ms
 * @param deltasPerSecond most publications a second of all texts together that grow at a node; the
 *     more of them grow, the longer is the window: 100 to 100,000, default 6,000
 * @param keep how long the record of a run stays after its end, so that its id is not used again: 1
 *     min to 7 days, default 24 h
 * @param keepEvents how long the log of a run that goes on keeps events that its snapshot has; the
 *     newest 512 stay longer: 0 to 1 h, default 30 s
 * @param keepSnapshot how long a late reader gets the run from its snapshot: 1 min to 7 days,
 *     default 15 min
 * @param threadAge how long a thread stays after its last run: 1 min to 30 days, default 7 days
 * @param threadBytes most bytes that the threads of a user have left, the active ones aside; the
 *     oldest threads go first: 1 MiB to 1 TiB, default 64 MiB
 * @param userEvents whether the owner gets the events of its runs on its own channel, default true
 * @param limits of the runs of all agents
 * @param agents single agents by name: their limits, and who executes their runs
 * @param upstreams addresses under which agents of kinds {@code openai} and {@code http} may be;
 *     default none
 */
public record RunsConfig(
    boolean enabled,
    int userRuns,
    int tenantRuns,
    int startsPerMinute,
    long startBytesPerMinute,
    long userTokensPerDay,
    long tenantTokensPerDay,
    int queued,
    Duration offer,
    Duration window,
    int deltasPerSecond,
    Duration keep,
    Duration keepEvents,
    Duration keepSnapshot,
    Duration threadAge,
    long threadBytes,
    boolean userEvents,
    RunLimits limits,
    Map<String, AgentConfig> agents,
    List<UpstreamPrefix> upstreams) {
  public static final RunsConfig DEFAULTS =
      new RunsConfig(
          true,
          5,
          200,
          60,
          8L << 20,
          0,
          0,
          1_000,
          Duration.ofSeconds(5),
          Duration.ofMillis(50),
          6_000,
          Duration.ofHours(24),
          Duration.ofSeconds(30),
          Duration.ofMinutes(15),
          Duration.ofDays(7),
          64L << 20,
          true,
          RunLimits.DEFAULT,
          Map.of(),
          List.of());

  public RunsConfig {
    agents = Map.copyOf(agents);
    upstreams = List.copyOf(upstreams);
    Ranges ranges = new Ranges("runs");
    ranges.check("userRuns", userRuns, 1, 10_000);
    ranges.check("tenantRuns", tenantRuns, 1, 100_000);
    ranges.check("startsPerMinute", startsPerMinute, 1, 10_000);
    ranges.check("startBytesPerMinute", startBytesPerMinute, 64L << 10, 1L << 30);
    ranges.check("userTokensPerDay", userTokensPerDay, 0L, RunAmounts.MOST);
    ranges.check("tenantTokensPerDay", tenantTokensPerDay, 0L, RunAmounts.MOST);
    ranges.check("queued", queued, 1, 100_000);
    ranges.check("offer", offer, Duration.ofMillis(100), Duration.ofMinutes(1));
    ranges.check("window", window, Duration.ZERO, Duration.ofSeconds(1));
    ranges.check("deltasPerSecond", deltasPerSecond, 100, 100_000);
    ranges.check("keep", keep, Duration.ofMinutes(1), Duration.ofDays(7));
    ranges.check("keepEvents", keepEvents, Duration.ZERO, Duration.ofHours(1));
    ranges.check("keepSnapshot", keepSnapshot, Duration.ofMinutes(1), Duration.ofDays(7));
    ranges.check("threadAge", threadAge, Duration.ofMinutes(1), Duration.ofDays(30));
    ranges.check("threadBytes", threadBytes, 1L << 20, 1L << 40);
    for (var agent : agents.entrySet()) {
      check(agent.getKey(), agent.getValue(), upstreams, ranges);
    }
    ranges.refuse();
  }

  private static void check(
      String name, AgentConfig agent, List<UpstreamPrefix> upstreams, Ranges ranges) {
    try {
      Names.id(name, "agent");
    } catch (HoldfastException e) {
      ranges.problem("agents", "a name has 1 to 64 letters, digits, _ and -");
    }
    if (agent.byNode() && upstreams.stream().noneMatch(one -> one.covers(agent.address()))) {
      ranges.problem("agents." + name + ".url", "not under any of runs.upstreams");
    }
  }

  /** Returns the same with another agent that nodes execute, and its address as an upstream. */
  public RunsConfig with(String name, AgentConfig agent) {
    Map<String, AgentConfig> more = new HashMap<>(agents);
    more.put(name, agent);
    List<UpstreamPrefix> open = new ArrayList<>(upstreams);
    open.add(new UpstreamPrefix(agent.address()));
    return new RunsConfig(
        enabled,
        userRuns,
        tenantRuns,
        startsPerMinute,
        startBytesPerMinute,
        userTokensPerDay,
        tenantTokensPerDay,
        queued,
        offer,
        window,
        deltasPerSecond,
        keep,
        keepEvents,
        keepSnapshot,
        threadAge,
        threadBytes,
        userEvents,
        limits,
        more,
        open);
  }

  /** Returns what tenants may take for which nothing else is set. */
  public RunAmounts amounts() {
    return new RunAmounts(
        Map.of(
            RunLimit.USER_RUNS,
            (long) userRuns,
            RunLimit.TENANT_RUNS,
            (long) tenantRuns,
            RunLimit.STARTS,
            (long) startsPerMinute,
            RunLimit.START_BYTES,
            startBytesPerMinute,
            RunLimit.USER_TOKENS,
            tokens(userTokensPerDay),
            RunLimit.TENANT_TOKENS,
            tokens(tenantTokensPerDay)));
  }

  private static long tokens(long perDay) {
    return perDay == 0 ? RunAmounts.MOST : Math.min(perDay, RunAmounts.MOST);
  }

  /** Returns the limits of an agent's runs. */
  public RunLimits limitsOf(String agent) {
    AgentConfig one = agents.get(agent);
    return one == null ? limits : one.limits();
  }
}
