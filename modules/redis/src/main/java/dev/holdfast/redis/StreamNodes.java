package dev.holdfast.redis;

import dev.holdfast.redis.server.ServerInfo;
import dev.holdfast.redis.server.ServerVersion;
import io.vertx.core.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps small logs small. From version 7 on, Redis allocates all {@code stream-node-max-bytes} for
 * the first node of a stream at once. With the default of 4,096 a log with one entry of 200 bytes
 * takes 4,752 bytes, with 1,024 it takes 1,680. So a server with the default gets the smaller
 * value. Any other value is the operator's and stays.
 */
public final class StreamNodes {
  /** Size of a log of a few entries; this module's README has the figures. */
  static final int BYTES = 1_024;

  private static final Logger LOG = LoggerFactory.getLogger(StreamNodes.class);
  static final String SETTING = "stream-node-max-bytes";
  private static final String DEFAULT = "4096";
  private static final int FROM = 7;

  private StreamNodes() {}

  /**
   * Returns whether that version allocates a stream's first node at once. If it does not, the
   * setting would only cost: full logs get half as large again.
   */
  private static boolean areAllocatedBy(ServerVersion version) {
    return version.major() >= FROM;
  }

  /**
   * Changes the setting on the link's servers, now and after each reconnect: a restarted server has
   * forgotten it. Never fails. If a server does not allow it, the log says what to do.
   */
  public static Future<Void> tune(RedisLink link) {
    link.onUp(slots -> tuneAll(link));
    return tuneAll(link);
  }

  private static Future<Void> tuneAll(RedisLink link) {
    return Future.join(link.shards().stream().map(StreamNodes::set).toList()).mapEmpty();
  }

  private static Future<Void> set(Shard link) {
    return link.send("INFO", "server")
        .map(info -> areAllocatedBy(ServerVersion.of(ServerInfo.parse(info.asText()).version())))
        .compose(allocates -> allocates ? look(link) : Future.succeededFuture())
        .recover(
            failure -> {
              LOG.info("{} of Redis can't be looked at; it should be {}", SETTING, BYTES);
              return Future.succeededFuture();
            });
  }

  private static Future<Void> look(Shard link) {
    return link.send("CONFIG", "GET", SETTING)
        .compose(kept -> DEFAULT.equals(value(kept)) ? lower(link) : Future.succeededFuture());
  }

  private static String value(Reply kept) {
    return kept.size() == 2 ? kept.at(1).asText() : "";
  }

  private static Future<Void> lower(Shard link) {
    return link.send("CONFIG", "SET", SETTING, BYTES)
        .<Void>mapEmpty()
        .recover(
            failure -> {
              LOG.warn(
                  "A log with one entry takes 4.8 KB of Redis: set {} to {} there (1.7 KB), as nodes may not: {}",
                  SETTING,
                  BYTES,
                  failure.getMessage());
              return Future.succeededFuture();
            });
  }
}
