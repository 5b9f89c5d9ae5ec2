package dev.holdfast.app.start;

import dev.holdfast.app.config.HoldfastConfig;
import dev.holdfast.embedded.EmbeddedRedis;
import dev.holdfast.embedded.EmbeddedRedisConfig;
import dev.holdfast.embedded.EmbeddedRedisException;
import dev.holdfast.embedded.RedisWatch;
import java.util.function.Consumer;

/**
 * The embedded Redis of a node, and who looks after it. Nothing else touches the classes of that
 * module, which is optional: without it this class can't be loaded.
 */
record OwnRedis(EmbeddedRedis server, RedisWatch watch) implements AutoCloseable {
  /**
   * @throws StartException if no Redis server could be started
   */
  static OwnRedis start(HoldfastConfig config, Consumer<String> gaveUp) {
    var settings = config.redis();
    var fsync = EmbeddedRedisConfig.Fsync.valueOf(settings.embeddedFsync().name());
    var server =
        start(
            EmbeddedRedisConfig.in(config.data().resolve("redis"))
                .withPort(settings.embeddedPort())
                .withFsync(fsync));
    return new OwnRedis(server, RedisWatch.over(server, settings.embeddedPatience(), gaveUp));
  }

  private static EmbeddedRedis start(EmbeddedRedisConfig config) {
    try {
      return EmbeddedRedis.start(config);
    } catch (EmbeddedRedisException e) {
      throw new StartException(e.getMessage(), e);
    }
  }

  String description() {
    return "embedded, %s at %s, data in %s"
        .formatted(server.version(), server.address(), server.dataDir());
  }

  @Override
  public void close() {
    watch.close();
    server.close();
  }
}
