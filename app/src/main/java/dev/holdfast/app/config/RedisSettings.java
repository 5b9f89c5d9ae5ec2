package dev.holdfast.app.config;

import dev.holdfast.redis.RedisConfig;
import dev.holdfast.redis.topology.ClusterSeeds;
import dev.holdfast.redis.topology.SentinelConfig;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The settings of Redis, with the limits of {@link RedisConfig}.
 *
 * @param uri none, no sentinel and no cluster: an embedded server, whose data are in the data
 *     folder
 * @param sentinel the sentinels that name the server; user, password, database and TLS of Redis
 *     itself are still those of the uri, whose host and port are not used. None: it is at the uri
 * @param cluster servers of a Redis Cluster, which name the others; user, password and TLS are
 *     those of the uri, whose host and port are not used. None: the data are at one master
 * @param reserve percent of {@code maxmemory} at which what grows is refused, so that sessions live
 *     on; 0: none
 * @param embeddedPort port of the embedded server on loopback; 0 takes a free one
 * @param embeddedFsync when the embedded server writes to disk
 * @param embeddedPatience how long the embedded server, when it has ended, is started again before
 *     the node ends, 1 s to 1 h
 */
public record RedisSettings(
    @Nullable String uri,
    @Nullable SentinelConfig sentinel,
    @Nullable ClusterSeeds cluster,
    Duration commandTimeout,
    Duration connectTimeout,
    Duration reconnectMin,
    Duration reconnectMax,
    int maxQueued,
    int reserve,
    int embeddedPort,
    Fsync embeddedFsync,
    Duration embeddedPatience) {
  private static final RedisConfig LIBRARY = RedisConfig.of("redis://127.0.0.1:6379");

  /** An embedded server, {@code appendfsync always}. */
  public static final RedisSettings DEFAULTS =
      new RedisSettings(
          null,
          null,
          null,
          LIBRARY.commandTimeout(),
          LIBRARY.connectTimeout(),
          LIBRARY.reconnectMin(),
          LIBRARY.reconnectMax(),
          LIBRARY.maxQueued(),
          LIBRARY.reserve(),
          0,
          Fsync.ALWAYS,
          Duration.ofMinutes(1));

  public RedisSettings {
    link(
            uri == null ? LIBRARY.uri() : uri,
            new Duration[] {commandTimeout, connectTimeout, reconnectMin, reconnectMax},
            maxQueued,
            reserve)
        .withSentinel(sentinel)
        .withCluster(cluster);
    if (embeddedPort < 0 || embeddedPort > 65_535) {
      throw new IllegalArgumentException("embeddedPort: 0 to 65535, not " + embeddedPort);
    }
    if (embeddedPatience.toSeconds() < 1 || embeddedPatience.compareTo(Duration.ofHours(1)) > 0) {
      throw new IllegalArgumentException("embeddedPatience: 1s to 1h");
    }
  }

  public boolean embedded() {
    return uri == null && sentinel == null && cluster == null;
  }

  /** Returns the settings of links to a Redis that runs elsewhere. */
  public RedisConfig elsewhere() {
    return at(uri == null ? LIBRARY.uri() : uri).withSentinel(sentinel).withCluster(cluster);
  }

  /** Returns the settings of links to the embedded server, or another one, at this uri. */
  public RedisConfig at(String reached) {
    return link(
        reached,
        new Duration[] {commandTimeout, connectTimeout, reconnectMin, reconnectMax},
        maxQueued,
        reserve);
  }

  @Override
  public String toString() {
    return embedded() ? "embedded at port " + embeddedPort : elsewhere().toString();
  }

  private static RedisConfig link(String uri, Duration[] times, int maxQueued, int reserve) {
    return new RedisConfig(
        uri, times[0], times[1], times[2], times[3], maxQueued, reserve, null, null);
  }
}
