package dev.holdfast.redis;

import dev.holdfast.redis.topology.ClusterSeeds;
import dev.holdfast.redis.topology.SentinelConfig;
import dev.holdfast.redis.topology.ServerAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Settings of a {@link RedisLink}.
 *
 * @param uri {@code redis://[[user]:password@]host[:port][/db]}, or {@code rediss://} for TLS (the
 *     server's certificate is checked against the JVM's trust store). With sentinels its host and
 *     port are not used: they name the server, and the rest is the same for each
 * @param commandTimeout longest wait for an answer before the connection counts as broken; 10 ms to
 *     1 min
 * @param connectTimeout longest wait for a connection that is ready for use; 10 ms to 1 min
 * @param reconnectMin upper bound of the first, random wait before a reconnect; it doubles with
 *     each attempt
 * @param reconnectMax upper bound of any such wait; at least {@code reconnectMin}
 * @param maxQueued commands in flight on one link, 1 to 1,000,000; more are refused
 * @param reserve percent of {@code maxmemory} that are left to what keeps or frees, 0 (none) to 50;
 *     see {@link Reserve}
 * @param sentinel the sentinels that name the server; none: it is that of the uri
 * @param cluster servers of a cluster; none: the data are not spread over several masters
 */
public record RedisConfig(
    String uri,
    Duration commandTimeout,
    Duration connectTimeout,
    Duration reconnectMin,
    Duration reconnectMax,
    int maxQueued,
    int reserve,
    @Nullable SentinelConfig sentinel,
    @Nullable ClusterSeeds cluster) {
  private static final int PORT = 6_379;
  private static final int LARGEST_RESERVE = 50;
  private static final int DEFAULT_RESERVE = 10;
  private static final Duration SHORTEST = Duration.ofMillis(10);
  private static final Duration LONGEST = Duration.ofMinutes(1);
  private static final Pattern MORE = Pattern.compile("([?#]).+", Pattern.DOTALL);
  private static final Pattern DATABASE_OTHER = Pattern.compile("/0*[1-9]\\d*$");
  private static final Pattern DATABASE = Pattern.compile("(/\\d{0,4})?");

  public RedisConfig {
    var problems = new ArrayList<String>();
    checkUri(uri, problems);
    checkDuration("commandTimeout", commandTimeout, SHORTEST, problems);
    checkDuration("connectTimeout", connectTimeout, SHORTEST, problems);
    checkDuration("reconnectMin", reconnectMin, Duration.ofMillis(1), problems);
    checkDuration("reconnectMax", reconnectMax, Duration.ofMillis(1), problems);
    if (problems.isEmpty() && reconnectMax.compareTo(reconnectMin) < 0) {
      problems.add(
          "reconnectMax: at least reconnectMin (" + reconnectMin + "), not " + reconnectMax);
    }
    if (maxQueued < 1 || maxQueued > 1_000_000) {
      problems.add("maxQueued: 1 to 1000000, not " + maxQueued);
    }
    if (reserve < 0 || reserve > LARGEST_RESERVE) {
      problems.add("reserve: 0 to 50 percent, not " + reserve);
    }
    if (cluster != null && sentinel != null) {
      problems.add("cluster: not with sentinel, as a cluster promotes its replicas itself");
    }
    if (cluster != null && DATABASE_OTHER.matcher(uri).find()) {
      problems.add("cluster: it has no databases, so the uri names none");
    }
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException("Redis: " + String.join("; ", problems));
    }
  }

  /**
   * Returns the defaults: 2 s for a command and for a connection, 100 ms to 5 s between attempts,
   * 20,000 commands in flight, 10 % in reserve.
   */
  public static RedisConfig of(String uri) {
    return new RedisConfig(
        uri,
        Duration.ofSeconds(2),
        Duration.ofSeconds(2),
        Duration.ofMillis(100),
        Duration.ofSeconds(5),
        20_000,
        DEFAULT_RESERVE,
        null,
        null);
  }

  public RedisConfig withCommandTimeout(Duration timeout) {
    return new RedisConfig(
        uri,
        timeout,
        connectTimeout,
        reconnectMin,
        reconnectMax,
        maxQueued,
        reserve,
        sentinel,
        cluster);
  }

  public RedisConfig withConnectTimeout(Duration timeout) {
    return new RedisConfig(
        uri,
        commandTimeout,
        timeout,
        reconnectMin,
        reconnectMax,
        maxQueued,
        reserve,
        sentinel,
        cluster);
  }

  public RedisConfig withReconnect(Duration min, Duration max) {
    return new RedisConfig(
        uri, commandTimeout, connectTimeout, min, max, maxQueued, reserve, sentinel, cluster);
  }

  public RedisConfig withMaxQueued(int limit) {
    return new RedisConfig(
        uri,
        commandTimeout,
        connectTimeout,
        reconnectMin,
        reconnectMax,
        limit,
        reserve,
        sentinel,
        cluster);
  }

  public RedisConfig withReserve(int percent) {
    return new RedisConfig(
        uri,
        commandTimeout,
        connectTimeout,
        reconnectMin,
        reconnectMax,
        maxQueued,
        percent,
        sentinel,
        cluster);
  }

  /** Returns the same for a server that sentinels name. */
  public RedisConfig withSentinel(@Nullable SentinelConfig other) {
    return new RedisConfig(
        uri,
        commandTimeout,
        connectTimeout,
        reconnectMin,
        reconnectMax,
        maxQueued,
        reserve,
        other,
        cluster);
  }

  /** Returns the same for a cluster. */
  public RedisConfig withCluster(@Nullable ClusterSeeds seeds) {
    return new RedisConfig(
        uri,
        commandTimeout,
        connectTimeout,
        reconnectMin,
        reconnectMax,
        maxQueued,
        reserve,
        sentinel,
        seeds);
  }

  /** The same for one server, whose address does not change. */
  RedisConfig at(String fixed) {
    return new RedisConfig(
        fixed,
        commandTimeout,
        connectTimeout,
        reconnectMin,
        reconnectMax,
        maxQueued,
        reserve,
        null,
        null);
  }

  /** The same at the address that sentinels or a cluster name; itself if there are none. */
  RedisConfig at(ServerAddress named) {
    if (sentinel == null && cluster == null) {
      return this;
    }
    URI parsed = URI.create(uri);
    String known = parsed.getRawUserInfo() == null ? "" : parsed.getRawUserInfo() + "@";
    return at(parsed.getScheme() + "://" + known + named + parsed.getRawPath());
  }

  /** The address of the uri. */
  ServerAddress address() {
    URI parsed = URI.create(uri);
    String host = parsed.getHost().replaceAll("^\\[|]$", "");
    return new ServerAddress(host, parsed.getPort() < 0 ? PORT : parsed.getPort());
  }

  /** Returns whether another server takes the place of a master that dies. */
  public boolean promotes() {
    return sentinel != null || cluster != null;
  }

  /** Returns what names the master: {@code server}, {@code sentinel} or {@code cluster}. */
  public String topology() {
    return cluster != null ? "cluster" : sentinel != null ? "sentinel" : "server";
  }

  boolean tls() {
    return uri.startsWith("rediss://");
  }

  /** Returns where the server is, or who names it, for logs and messages. */
  public String description() {
    if (cluster != null) {
      return cluster.description();
    }
    return sentinel == null ? redactedUri() : sentinel.description();
  }

  /** Returns the uri without its password, for logs and messages. */
  public String redactedUri() {
    return redact(uri);
  }

  @Override
  public String toString() {
    return "RedisConfig[uri=%s, commandTimeout=%s, connectTimeout=%s, reconnectMin=%s, reconnectMax=%s, maxQueued=%d, reserve=%d, sentinel=%s, cluster=%s]"
        .formatted(
            redactedUri(),
            commandTimeout,
            connectTimeout,
            reconnectMin,
            reconnectMax,
            maxQueued,
            reserve,
            sentinel,
            cluster);
  }

  /**
   * Hides the password, even in a malformed uri: everything from the user's colon to the last @ may
   * be password, and so may everything after a question mark or a hash.
   */
  private static String redact(String uri) {
    int at = uri.lastIndexOf('@');
    int authority = uri.indexOf("://") < 0 ? 0 : uri.indexOf("://") + 3;
    int colon = uri.indexOf(':', authority);
    String known =
        colon < 0 || colon > at ? uri : uri.substring(0, colon + 1) + "***" + uri.substring(at);
    return MORE.matcher(known).replaceFirst("$1***");
  }

  /**
   * Refuses query parameters: the driver would take a password from there, and a protocol that we
   * don't use.
   */
  private static void checkUri(String uri, List<String> problems) {
    Objects.requireNonNull(uri, "uri");
    try {
      URI parsed = URI.create(uri);
      boolean scheme = "redis".equals(parsed.getScheme()) || "rediss".equals(parsed.getScheme());
      boolean database =
          DATABASE.matcher(Objects.requireNonNullElse(parsed.getPath(), "")).matches();
      boolean plain = parsed.getQuery() == null && parsed.getFragment() == null;
      boolean port = parsed.getPort() != 0 && parsed.getPort() <= 65_535;
      if (!scheme || parsed.getHost() == null || !port || !database || !plain) {
        problems.add("uri: redis[s]://[[user]:password@]host[:port][/db], not " + redact(uri));
      }
    } catch (IllegalArgumentException malformed) {
      problems.add(
          "uri: not a URI (special characters in a password are percent-encoded): " + redact(uri));
    }
  }

  private static void checkDuration(
      String name, Duration value, Duration shortest, List<String> problems) {
    Objects.requireNonNull(value, name);
    if (value.compareTo(shortest) < 0 || value.compareTo(LONGEST) > 0) {
      problems.add(name + ": " + shortest + " to " + LONGEST + ", not " + value);
    }
  }
}
