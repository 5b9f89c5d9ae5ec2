package dev.holdfast.sessions.store;

import dev.holdfast.core.Names;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Limits how long sessions live, and how many channels one may have.
 *
 * @param linger how long a session lives with nobody attached, 50 ms to half the backstop
 * @param tenantLinger the same for single tenants, by name
 * @param backstop the TTL of a session's keys, renewed while it is attached: 1 minute to 7 days
 * @param channels most channels that one session is subscribed to, and most that it publishes to: 1
 *     to 256
 */
public record SessionsConfig(
    Duration linger, Map<String, Duration> tenantLinger, Duration backstop, int channels) {
  private static final Duration SHORTEST_LINGER = Duration.ofMillis(50);
  private static final Duration SHORTEST_BACKSTOP = Duration.ofMinutes(1);
  private static final Duration LONGEST_BACKSTOP = Duration.ofDays(7);
  private static final int MOST_CHANNELS = 256;

  public SessionsConfig {
    Objects.requireNonNull(linger, "linger");
    Objects.requireNonNull(backstop, "backstop");
    tenantLinger = Map.copyOf(tenantLinger);
    var problems = new ArrayList<String>();
    if (backstop.compareTo(SHORTEST_BACKSTOP) < 0 || backstop.compareTo(LONGEST_BACKSTOP) > 0) {
      problems.add(
          "backstop: " + SHORTEST_BACKSTOP + " to " + LONGEST_BACKSTOP + ", not " + backstop);
    }
    Duration longest = backstop.dividedBy(2);
    checkLinger("linger", linger, longest, problems);
    tenantLinger.forEach((tenant, of) -> checkTenant(tenant, of, longest, problems));
    if (channels < 1 || channels > MOST_CHANNELS) {
      problems.add("channels: 1 to " + MOST_CHANNELS + ", not " + channels);
    }
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException("sessions: " + String.join("; ", problems));
    }
  }

  /** The defaults: they linger 2 minutes, the backstop is 24 hours, 256 channels. */
  public static SessionsConfig defaults() {
    return new SessionsConfig(Duration.ofMinutes(2), Map.of(), Duration.ofHours(24), MOST_CHANNELS);
  }

  public SessionsConfig withLinger(Duration linger) {
    return new SessionsConfig(linger, tenantLinger, backstop, channels);
  }

  public SessionsConfig withTenantLinger(Map<String, Duration> tenantLinger) {
    return new SessionsConfig(linger, tenantLinger, backstop, channels);
  }

  public SessionsConfig withChannels(int channels) {
    return new SessionsConfig(linger, tenantLinger, backstop, channels);
  }

  /** Returns how long this tenant's sessions linger. */
  public Duration lingerOf(String tenant) {
    return tenantLinger.getOrDefault(tenant, linger);
  }

  private static void checkTenant(
      String tenant, Duration linger, Duration longest, List<String> problems) {
    try {
      Names.tenant(tenant);
    } catch (RuntimeException e) {
      problems.add("tenantLinger: not a tenant's name: " + tenant);
    }
    checkLinger("tenantLinger of " + tenant, linger, longest, problems);
  }

  private static void checkLinger(
      String name, Duration linger, Duration longest, List<String> problems) {
    if (linger.compareTo(SHORTEST_LINGER) < 0 || linger.compareTo(longest) > 0) {
      problems.add(name + ": " + SHORTEST_LINGER + " to " + longest + ", not " + linger);
    }
  }
}
