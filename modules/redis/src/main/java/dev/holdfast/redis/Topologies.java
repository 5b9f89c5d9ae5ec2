package dev.holdfast.redis;

import dev.holdfast.redis.topology.ClusterMetrics;
import dev.holdfast.redis.topology.ClusterSeeds;
import dev.holdfast.redis.topology.ClusterTopology;
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
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The sources of masters and slot maps that links follow. All links of a Vert.x with the same
 * settings share one, so that servers are asked once for all. It stays for some seconds after its
 * last link: who could not open one tries again. Any thread.
 */
final class Topologies {
  private static final String MAP = "dev.holdfast.redis.topologies";
  private static final Duration LINGER = Duration.ofSeconds(5);

  /**
   * @param context the source's own
   * @param source a {@link SentinelMaster} or a {@link ClusterTopology}
   * @param bind registers its meters
   * @param hook closes it, also with its Vert.x
   * @param links how many follow it
   */
  private record Shared(
      ContextInternal context, Object source, Runnable bind, Closeable hook, int links)
      implements Shareable {
    Shared plus(int more) {
      return new Shared(context, source, bind, hook, links + more);
    }
  }

  private Topologies() {}

  /** To be given back by {@link #giveBack}, with the same settings. */
  static MasterSource master(ContextInternal context, RedisConfig config, MeterRegistry registry) {
    SentinelConfig sentinel = config.sentinel();
    return sentinel == null
        ? new FixedMaster(config.address())
        : (MasterSource) take(context, config, () -> open(context, config, sentinel, registry));
  }

  /** To be given back by {@link #giveBack}, with the same settings. */
  static ClusterTopology cluster(
      ContextInternal context, RedisConfig config, ClusterSeeds seeds, MeterRegistry registry) {
    return (ClusterTopology) take(context, config, () -> open(context, config, seeds, registry));
  }

  private static synchronized Object take(
      ContextInternal context, RedisConfig config, Supplier<Shared> fresh) {
    LocalMap<String, Shared> all = all(context);
    String key = key(config);
    Shared before = all.get(key);
    Shared shared = before == null ? fresh.get() : before.plus(1);
    shared.bind.run();
    all.put(key, shared);
    return shared.source;
  }

  static synchronized void giveBack(ContextInternal context, RedisConfig config) {
    LocalMap<String, Shared> all = all(context);
    String key = key(config);
    Shared shared = all.get(key);
    if (shared == null) {
      return;
    }
    all.put(key, shared.plus(-1));
    if (shared.links == 1) {
      shared.context.setTimer(LINGER.toMillis(), over -> closeUnused(all, key));
    }
  }

  private static synchronized void closeUnused(LocalMap<String, Shared> all, String key) {
    Shared shared = all.get(key);
    if (shared != null && shared.links == 0) {
      all.remove(key);
      shared.context.owner().removeCloseHook(shared.hook);
      shared.hook.close((done, failure) -> {});
    }
  }

  private static LocalMap<String, Shared> all(ContextInternal context) {
    return context.owner().sharedData().getLocalMap(MAP);
  }

  /** Differs where the servers, or what they are asked with, differ. */
  private static String key(RedisConfig config) {
    SentinelConfig sentinel = config.sentinel();
    @Nullable String secret = sentinel == null ? null : sentinel.secret();
    return String.join("\n", config.uri(), sentinel + "", secret + "", config.cluster() + "");
  }

  /** On a context of its own: those of its links end one by one. */
  private static Shared open(
      ContextInternal context,
      RedisConfig config,
      SentinelConfig sentinel,
      MeterRegistry registry) {
    ContextInternal own = DriverClient.ownContext(context);
    var metrics = new MasterMetrics(registry, sentinel.addresses().size());
    var source = new SentinelMaster(own, sentinel, new Servers(own, config), metrics);
    return opened(own, source, metrics::bind, done -> source.close().onComplete(done));
  }

  private static Shared open(
      ContextInternal context, RedisConfig config, ClusterSeeds seeds, MeterRegistry registry) {
    ContextInternal own = DriverClient.ownContext(context);
    var metrics = new ClusterMetrics(registry);
    var servers = new Servers(own, config);
    var source = new ClusterTopology(own, seeds, servers::client, metrics);
    return opened(own, source, metrics::bind, done -> source.close().onComplete(done));
  }

  private static Shared opened(ContextInternal own, Object source, Runnable bind, Closeable hook) {
    own.owner().addCloseHook(hook);
    return new Shared(own, source, bind, hook, 1);
  }
}
