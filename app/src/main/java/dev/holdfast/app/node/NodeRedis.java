package dev.holdfast.app.node;

import dev.holdfast.app.config.HoldfastConfig;
import dev.holdfast.redis.EmbeddedRedis;
import dev.holdfast.redis.EmbeddedRedisConfig;
import dev.holdfast.redis.RedisConfig;
import dev.holdfast.redis.RedisWatch;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The Redis of a process: one that runs elsewhere, or an embedded one, which is looked after.
 * Starting and closing block; any thread.
 */
final class NodeRedis implements AutoCloseable {
  private final RedisConfig config;
  private final EmbeddedRedis embedded;
  private final RedisWatch watch;

  private NodeRedis(RedisConfig config, EmbeddedRedis embedded, RedisWatch watch) {
    this.config = config;
    this.embedded = embedded;
    this.watch = watch;
  }

  /**
   * Starts the embedded one, where that is wanted.
   *
   * @param gaveUp gets the reason when it has ended and can't be started again
   * @throws dev.holdfast.redis.EmbeddedRedisException where it does not start
   */
  static NodeRedis of(HoldfastConfig config, Consumer<String> gaveUp) {
    var settings = config.redis();
    if (!settings.embedded()) {
      return new NodeRedis(settings.at(settings.uri()), null, null);
    }
    EmbeddedRedis started =
        EmbeddedRedis.start(
            EmbeddedRedisConfig.in(config.data().resolve("redis"))
                .withPort(settings.embeddedPort())
                .withFsync(settings.embeddedFsync()));
    RedisWatch watch = RedisWatch.over(started, settings.embeddedPatience(), gaveUp);
    return new NodeRedis(settings.at(started.uri()), started, watch);
  }

  RedisConfig config() {
    return config;
  }

  /** What is wrong with the embedded one, or was until just now; its host's name and paths not. */
  Optional<String> trouble() {
    return watch == null ? Optional.empty() : watch.trouble();
  }

  /** Which one it is, without its password. */
  String description() {
    return embedded == null
        ? config.redactedUri()
        : "embedded, %s at %s, data in %s"
            .formatted(embedded.version(), embedded.address(), embedded.dataDir());
  }

  @Override
  public void close() {
    if (embedded != null) {
      watch.close();
      embedded.close();
    }
  }
}
