package dev.holdfast.nodes;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.holdfast.connections.NodeInfo;
import dev.holdfast.core.bus.Bus;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.redis.RedisConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NodesVerticleTest {
  private final Vertx vertx = Vertx.vertx();

  @AfterEach
  void close() {
    vertx.close().await();
  }

  /** Its services are asked before it has a lease, and the audit log names it then. */
  @Test
  void beforeItIsDeployedItsNameIsItsId() {
    var nodes =
        new NodesVerticle(
            "n1",
            new NodeInfo("127.0.0.1:0", "test"),
            RedisConfig.of("redis://127.0.0.1:1"),
            LeaseConfig.defaults(),
            ServiceClient.local(new Bus(vertx), Duration.ofSeconds(1)),
            new SimpleMeterRegistry());

    assertEquals("n1", nodes.name());
  }
}
