package dev.holdfast.app.start;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisConfig;
import dev.holdfast.testkit.TestRedis;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class StartChecksIT {
  @Test
  void aNodeThatFindsRedisInAnotherWayThanThoseThatLiveDoesNotStart() {
    Vertx vertx = Vertx.vertx();
    try (TestRedis redis = TestRedis.own()) {
      long later = System.currentTimeMillis() + 3_600_000;
      redis.call("ZADD", Keys.leases(), Long.toString(later), "n1@1");
      String info = "{\"address\":\"10.0.0.3:8080\",\"version\":\"development\"%s}";
      redis.call("HSET", Keys.nodeInfo(), "n1@1", info.formatted(",\"redis\":\"sentinel\""));
      Future<Void> refused = StartChecks.redis(vertx, RedisConfig.of(redis.uri()), why -> {});
      await().until(refused::isComplete);
      assertTrue(refused.failed());
      String message = refused.cause().getMessage();
      assertTrue(message.contains("n1 finds Redis by redis.sentinel and this one by"), message);

      // A build of before says nothing of it.
      redis.call("HSET", Keys.nodeInfo(), "n1@1", info.formatted(""));
      Future<Void> checked = StartChecks.redis(vertx, RedisConfig.of(redis.uri()), why -> {});
      await().until(checked::succeeded);
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().join();
    }
  }

  /** A node that started before the first replica was in sync ended: its lease was refused. */
  @Test
  void waitsUntilRedisTakesWrites() {
    Vertx vertx = Vertx.vertx();
    try (TestRedis redis = TestRedis.own()) {
      redis.call("CONFIG", "SET", "min-replicas-to-write", "1");
      var failed = new AtomicReference<>("");

      Future<Void> checked = StartChecks.redis(vertx, RedisConfig.of(redis.uri()), failed::set);
      await().until(() -> failed.get().contains("NOREPLICAS"));
      assertFalse(checked.isComplete());

      redis.call("CONFIG", "SET", "min-replicas-to-write", "0");
      await().until(checked::succeeded);
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().join();
    }
  }
}
