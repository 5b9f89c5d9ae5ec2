package dev.holdfast.redis;

import dev.holdfast.redis.topology.FixedMaster;
import dev.holdfast.redis.topology.MasterMetrics;
import dev.holdfast.redis.topology.MasterSource;
import dev.holdfast.redis.topology.SentinelConfig;
import dev.holdfast.redis.topology.SentinelMaster;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Closeable;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.shareddata.LocalMap;
import io.vertx.core.shareddata.Shareable;
import java.time.Duration;

/**
 * The sources of masters that links follow. All links of a Vert.x with the same sentinels share
 * one, so that sentinels are asked once for all. It stays for some seconds after its last link: who
 * could not open one tries again. Any thread.
 */
final class MasterSources {
  private static final String MAP = "dev.holdfast.redis.masters";
  private static final Duration LINGER = Duration.ofSeconds(5);

  /**
   * @param context the source's own
   * @param hook closes it with its Vert.x
   * @param links how many follow it
   */
  private record Shared(
      ContextInternal context,
      SentinelMaster source,
      MasterMetrics metrics,
      Closeable hook,
      int links)
      implements Shareable {
    Shared plus(int more) {
      return new Shared(context, source, metrics, hook, links + more);
    }
  }

  private MasterSources() {}

  /** To be given back by {@link #giveBack}, with the same settings. */
  static MasterSource take(ContextInternal context, RedisConfig config, MeterRegistry registry) {
    SentinelConfig sentinel = config.sentinel();
    if (sentinel == null) {
      return new FixedMaster(config.address());
    }
    synchronized (MasterSources.class) {
      LocalMap<String, Shared> all = all(context);
      Shared before = all.get(key(config, sentinel));
      Shared shared = before == null ? open(context, config, sentinel, registry) : before.plus(1);
      shared.metrics.bind();
      all.put(key(config, sentinel), shared);
      return shared.source;
    }
  }

  static void giveBack(ContextInternal context, RedisConfig config) {
    SentinelConfig sentinel = config.sentinel();
    if (sentinel == null) {
      return;
    }
    synchronized (MasterSources.class) {
      LocalMap<String, Shared> all = all(context);
      String key = key(config, sentinel);
      Shared shared = all.get(key);
      if (shared == null) {
        return;
      }
      all.put(key, shared.plus(-1));
      if (shared.links == 1) {
        shared.context.setTimer(LINGER.toMillis(), over -> closeUnused(all, key));
      }
    }
  }

  private static void closeUnused(LocalMap<String, Shared> all, String key) {
    synchronized (MasterSources.class) {
      Shared shared = all.get(key);
      if (shared != null && shared.links == 0) {
        all.remove(key);
        shared.context.owner().removeCloseHook(shared.hook);
        shared.source.close();
      }
    }
  }

  private static LocalMap<String, Shared> all(ContextInternal context) {
    return context.owner().sharedData().getLocalMap(MAP);
  }

  private static String key(RedisConfig config, SentinelConfig sentinel) {
    return String.join("\n", config.uri(), sentinel.toString(), "" + sentinel.secret());
  }

  /** On a context of its own: those of its links end one by one. */
  private static Shared open(
      ContextInternal context,
      RedisConfig config,
      SentinelConfig sentinel,
      MeterRegistry registry) {
    ContextInternal own = DriverClient.ownContext(context);
    var metrics = new MasterMetrics(registry);
    var servers = new SentinelServers(own, config);
    var source = new SentinelMaster(own, sentinel, servers, metrics);
    Closeable hook = done -> source.close().onComplete(done);
    context.owner().addCloseHook(hook);
    return new Shared(own, source, metrics, hook, 1);
  }
}
