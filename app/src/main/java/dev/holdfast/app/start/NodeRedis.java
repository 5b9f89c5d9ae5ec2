package dev.holdfast.app.start;

import dev.holdfast.app.config.ConfigException;
import dev.holdfast.app.config.HoldfastConfig;
import dev.holdfast.redis.RedisConfig;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The Redis of a process: one that runs elsewhere, or an embedded one, which is looked after.
 * Starting and closing block; any thread.
 */
public final class NodeRedis implements AutoCloseable {
  private static final String NOT_EMBEDDED =
      "redis.uri: missing, and this installation has no embedded Redis (holdfast-embedded-redis is"
          + " not on the class path): give the address of one, as redis://127.0.0.1:6379, by"
          + " --redis, redis.uri or HOLDFAST_REDIS_URI, or sentinels by redis.sentinel";

  private final RedisConfig config;
  private final @Nullable OwnRedis own;

  private NodeRedis(RedisConfig config, @Nullable OwnRedis own) {
    this.config = config;
    this.own = own;
  }

  /**
   * Starts the embedded one, if that is wanted.
   *
   * @param gaveUp gets the reason when it has ended and can't be started again
   * @throws StartException if it does not start
   * @throws ConfigException if there is none to start
   */
  public static NodeRedis of(HoldfastConfig config, Consumer<String> gaveUp) {
    var settings = config.redis();
    if (!settings.embedded()) {
      return new NodeRedis(settings.elsewhere(), null);
    }
    try {
      OwnRedis own = OwnRedis.start(config, gaveUp);
      return new NodeRedis(settings.at(own.server().uri()), own);
    } catch (NoClassDefFoundError absent) {
      throw new ConfigException(List.of(NOT_EMBEDDED));
    }
  }

  public RedisConfig config() {
    return config;
  }

  /**
   * Returns what is wrong with the embedded one, or was until just now, without host names and
   * paths.
   */
  public Optional<String> trouble() {
    return own == null ? Optional.empty() : own.watch().trouble();
  }

  /** Returns its description, without its password. */
  public String description() {
    return own == null ? config.description() : own.description();
  }

  @Override
  public void close() {
    if (own != null) {
      own.close();
    }
  }
}
