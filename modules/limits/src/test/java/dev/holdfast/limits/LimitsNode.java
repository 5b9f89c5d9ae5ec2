package dev.holdfast.limits;

import dev.holdfast.core.Ids;
import dev.holdfast.core.NodeId;
import dev.holdfast.redis.RedisConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** One node's limits, with a link of its own to a real Redis. */
final class LimitsNode implements AutoCloseable {
  static final Duration FOLLOW = Duration.ofMillis(100);

  final NodeId id = new NodeId("n" + Ids.fresh(), 1);
  final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  final Limiter limiter;
  private final Vertx vertx = Vertx.vertx();
  private final Context context = vertx.getOrCreateContext();

  /**
   * @param live shared by the nodes of a cluster: those that hold a lease
   */
  LimitsNode(String redisUri, Limits limits, Set<NodeId> live) {
    this(redisUri, limits, live, FOLLOW);
  }

  LimitsNode(String redisUri, Limits limits, Set<NodeId> live, Duration follow) {
    live.add(id);
    var config = new LimitsConfig(limits.tenant(), limits.user(), follow);
    var redis = RedisConfig.of(redisUri).withConnectTimeout(Duration.ofSeconds(10));
    var verticle = new LimitsVerticle(redis, config, () -> id, () -> Set.copyOf(live), registry);
    limiter = verticle.limiter();
    get(vertx.deployVerticle(verticle));
  }

  static Set<NodeId> cluster() {
    return ConcurrentHashMap.newKeySet();
  }

  static Limits limits(Limit limit, long tenant, long user) {
    return new Limits(Amounts.TENANT.with(limit, tenant), Amounts.USER.with(limit, user));
  }

  /** Null where there is none. */
  Place enter(String tenant, String user) {
    return get(limiter.enter(context, tenant, user, Limit.CONNECTIONS, 1));
  }

  Future<Place> entering(String tenant, String user) {
    return limiter.enter(context, tenant, user, Limit.CONNECTIONS, 1);
  }

  /** Of so many tries, those that may go now. */
  int publish(String tenant, String user, int tries) {
    int taken = 0;
    for (int i = 0; i < tries; i++) {
      taken += limiter.take(tenant, user, Cost.publications(1, 0)) == 0 ? 1 : 0;
    }
    return taken;
  }

  double count(String name) {
    return registry.counter(name).count();
  }

  /** Whether its link to Redis broke, and is there again. */
  boolean isBack() {
    return registry.counter("holdfast.redis.reconnects", "purpose", "limits").count() >= 1;
  }

  static <T> T get(Future<T> future) {
    try {
      return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    get(vertx.close());
  }
}
