package dev.holdfast.app.config;

import dev.holdfast.redis.RedisConfig;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The settings of Redis, with the limits of {@link RedisConfig}.
 *
 * @param uri none: an embedded server, whose data are in the data folder
 * @param reserve percent of {@code maxmemory} at which what grows is refused, so that sessions live
 *     on; 0: none
 * @param embeddedPort port of the embedded server on loopback; 0 takes a free one
 * @param embeddedFsync when the embedded server writes to disk
 * @param embeddedPatience how long the embedded server, when it has ended, is started again before
 *     the node ends, 1 s to 1 h
 */
public record RedisSettings(
    @Nullable String uri,
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
        reserve);
    if (embeddedPort < 0 || embeddedPort > 65_535) {
      throw new IllegalArgumentException("embeddedPort: 0 to 65535, not " + embeddedPort);
    }
    if (embeddedPatience.toSeconds() < 1 || embeddedPatience.compareTo(Duration.ofHours(1)) > 0) {
      throw new IllegalArgumentException("embeddedPatience: 1s to 1h");
    }
  }

  public boolean embedded() {
    return uri == null;
  }

  /**
   * @param reached the uri of the embedded server if one is used
   */
  public RedisConfig at(String reached) {
    return link(
        reached,
        new Duration[] {commandTimeout, connectTimeout, reconnectMin, reconnectMax},
        maxQueued,
        reserve);
  }

  @Override
  public String toString() {
    return uri == null ? "embedded at port " + embeddedPort : at(uri).toString();
  }

  private static RedisConfig link(String uri, Duration[] times, int maxQueued, int reserve) {
    return new RedisConfig(uri, times[0], times[1], times[2], times[3], maxQueued, reserve);
  }
}
