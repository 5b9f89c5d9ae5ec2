package dev.holdfast.app.start;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.holdfast.redis.RedisConfig;
import dev.holdfast.testkit.TestRedis;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class StartChecksIT {
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
