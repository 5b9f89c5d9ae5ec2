package dev.holdfast.runs.config;

import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One agent: who executes its runs, and their limits. What is left out of the limits is the default
 * of {@link RunLimits}.
 *
 * @param kind who executes: {@code worker} (default), services and HTTP workers that claim its
 *     runs; {@code openai} and {@code http}, each node that has it in its configuration
 * @param url of kind {@code openai}: of the API, up to what stands before {@code
 *     /chat/completions}; of kind {@code http}: of the AG-UI endpoint. Under one of {@code
 *     runs.upstreams}
 * @param key sent as bearer token; read when the node starts
 * @param model of kind {@code openai}
 * @param system of kind {@code openai}: what stands before all messages, at most 64 Ki characters
 * @param context of kind {@code http}: a secret of 32 characters or more, by which the agent can
 *     check who asks
 * @param concurrency of kinds {@code openai} and {@code http}: runs at a time on one node: 1 to
 *     1,000, default 32
 */
public record AgentConfig(
    @Nullable Kind kind,
    @Nullable String url,
    @Nullable SecretRef key,
    @Nullable String model,
    @Nullable String system,
    @Nullable SecretRef context,
    int concurrency,
    Duration queue,
    Duration lease,
    Duration idle,
    Duration longest,
    Duration grace,
    int attempts) {
  private static final int CONCURRENCY = 32;
  private static final int LONGEST_SYSTEM = 64 << 10;

  /** Who executes the runs of an agent. */
  public enum Kind {
    WORKER,
    HTTP,
    OPENAI
  }

  public AgentConfig {
    kind = kind == null ? Kind.WORKER : kind;
    RunLimits limits = new RunLimits(queue, lease, idle, longest, grace, attempts);
    queue = limits.queue();
    lease = limits.lease();
    idle = limits.idle();
    longest = limits.longest();
    grace = limits.grace();
    attempts = limits.attempts();
    Ranges ranges = new Ranges("agent");
    boolean byNode = kind != Kind.WORKER;
    boolean openAi = kind == Kind.OPENAI;
    ranges.need("url", url != null, byNode, kind);
    ranges.need("model", model != null && !model.isBlank(), openAi, kind);
    ranges.mayHave("key", key != null, byNode, kind);
    ranges.mayHave("system", system != null, openAi, kind);
    ranges.mayHave("context", context != null, kind == Kind.HTTP, kind);
    ranges.mayHave("concurrency", concurrency != 0, byNode, kind);
    if (byNode) {
      concurrency = concurrency == 0 ? CONCURRENCY : concurrency;
      ranges.check("concurrency", concurrency, 1, 1_000);
      ranges.check("system", system == null ? 0 : system.length(), 0, LONGEST_SYSTEM);
    }
    if (url != null) {
      ranges.read("url", url, UpstreamPrefix::address);
    }
    ranges.refuse();
  }

  /** Returns an agent of the kind {@code worker}. */
  public static AgentConfig of(RunLimits limits) {
    return new AgentConfig(
        null,
        null,
        null,
        null,
        null,
        null,
        0,
        limits.queue(),
        limits.lease(),
        limits.idle(),
        limits.longest(),
        limits.grace(),
        limits.attempts());
  }

  /** Returns an agent of the kind {@code openai}, without a key. */
  public static AgentConfig openAi(String url, String model, RunLimits limits) {
    return new AgentConfig(
        Kind.OPENAI,
        url,
        null,
        model,
        null,
        null,
        0,
        limits.queue(),
        limits.lease(),
        limits.idle(),
        limits.longest(),
        limits.grace(),
        limits.attempts());
  }

  /** Returns the limits of its runs. */
  public RunLimits limits() {
    return new RunLimits(queue, lease, idle, longest, grace, attempts);
  }

  /** Returns whether nodes execute its runs. */
  public boolean byNode() {
    return kind != Kind.WORKER;
  }

  /**
   * Returns where it is.
   *
   * @throws IllegalStateException if nodes do not execute its runs
   */
  public URI address() {
    if (url == null) {
      throw new IllegalStateException("a worker has no address");
    }
    return UpstreamPrefix.address(url);
  }
}
