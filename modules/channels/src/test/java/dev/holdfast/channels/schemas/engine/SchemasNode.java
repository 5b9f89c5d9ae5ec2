package dev.holdfast.channels.schemas.engine;

import dev.holdfast.channels.Await;
import dev.holdfast.channels.schemas.SchemaMessage;
import dev.holdfast.channels.schemas.SchemaName;
import dev.holdfast.core.Caller;
import dev.holdfast.redis.RedisConfig;
import dev.holdfast.redis.RedisLink;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The schemas of one node, with a link of its own to a real Redis. */
final class SchemasNode implements AutoCloseable {
  static final String NULL_ONLY = "{\"type\":\"null\"}";
  private static final SchemaName EVENT = new SchemaName("e", 1);
  private static final Caller.Service KEEPER =
      new Caller.Service("keeper", "1", Set.of("*"), Set.of("schema:*"));

  private final Vertx vertx = Vertx.vertx();
  private final Context context = vertx.getOrCreateContext();
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final Schemas schemas;

  SchemasNode(String redisUri, Duration follow) {
    var redis = RedisConfig.of(redisUri).withConnectTimeout(Duration.ofSeconds(10));
    schemas =
        on(
            () ->
                RedisLink.open(vertx, redis, "schemas", registry)
                    .map(link -> new Schemas(link, follow))
                    .onSuccess(made -> made.followChanges(vertx)));
  }

  /** Whether a publication of this event would be refused now. */
  boolean refuses(String tenant) {
    return on(() -> current(tenant)).fault("e", "7") != null;
  }

  private Future<TenantSchemas> current(String tenant) {
    @Nullable TenantSchemas known = schemas.known(tenant);
    return known == null ? schemas.load(tenant) : Future.succeededFuture(known);
  }

  /** Registers a schema that the event does not fit. */
  void register(String tenant) {
    on(() -> schemas.register(new SchemaMessage.Register(KEEPER, tenant, EVENT, NULL_ONLY)));
  }

  void remove(String tenant) {
    on(() -> schemas.remove(new SchemaMessage.Remove(KEEPER, tenant, EVENT)));
  }

  /** Whether its link to Redis broke, and is there again. */
  boolean isBack() {
    return registry.counter("holdfast.redis.reconnects", "purpose", "schemas").count() >= 1;
  }

  private <T> T on(Supplier<Future<T>> step) {
    Promise<T> promise = Promise.promise();
    context.runOnContext(now -> step.get().onComplete(promise));
    return Await.get(promise.future());
  }

  @Override
  public void close() {
    Await.get(vertx.close());
  }
}
