package dev.holdfast.gateway.http;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.gateway.config.GatewayConfig;
import dev.holdfast.limits.LimitsConfig;
import dev.holdfast.limits.NodeMemory;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Streams that take nothing have a part of a node's memory, and a user's a part of that: those
 * beyond are let go, and come back to where they were. Once only each was bounded: 300 of one user,
 * on a topic of 60 KB frames, ended a node of 256 MB.
 */
@ExtendWith(RedisExtension.class)
class SlowConsumersIT {
  private static final int STREAMS = 30;
  private static final int KEPT = 4;
  private static final String ESTABLISHED = "01";
  private static final String DATA = '"' + "x".repeat(60_000) + '"';

  private final List<SlowConsumer> slow = new ArrayList<>();
  private HttpFixture node;

  @AfterEach
  void stop() {
    slow.forEach(SlowConsumer::close);
    node.close();
  }

  @Test
  void oneUsersStreamsThatTakeNothingLeaveTheOthersTheirs(TestRedis redis) {
    long frames = 4L * KEPT * GatewayConfig.DEFAULTS.writeBuffer();
    node =
        new HttpFixture(
            redis.uri(),
            GatewayConfig.DEFAULTS,
            LimitsConfig.DEFAULTS,
            registry -> NodeMemory.of(registry, 1 << 20, frames));
    for (int i = 0; i < STREAMS; i++) {
      SlowConsumer stream = new SlowConsumer(node.port(), request());
      slow.add(stream);
      stream.awaitHead();
    }
    try (EventReader bob =
        new EventReader(node, node.token("bob", "subscribe:topic:*"), "topic:large", null)) {
      bob.await("live", "topic:large");
      int n = 0;
      while (closedAsSlow() < STREAMS - KEPT) {
        n++;
        assertEquals(200, node.service().publish("topic:large", "e" + n, DATA).status());
        assertEquals("e" + n, bob.await("event", "topic:large").getString("event"));
        assertTrue(n < 400, "let go: " + closedAsSlow());
      }
      assertTrue(kept() <= frames / 4, "kept " + kept());
    }
    slow.forEach(SlowConsumer::close);
    await().atMost(Duration.ofSeconds(20)).until(() -> kept() == 0);
  }

  /** The kernel kept 2.8 MB for each: more than 500 MB for one user's 200 streams. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void theKernelKeepsLittleForAStreamThatTakesNothing(TestRedis redis) throws IOException {
    node = new HttpFixture(redis.uri());
    SlowConsumer stream = new SlowConsumer(node.port(), request());
    slow.add(stream);
    stream.awaitHead();
    for (int n = 0; n < 300 && kept() == 0; n++) {
      assertEquals(200, node.service().publish("topic:large", "e", DATA).status());
    }
    await().until(() -> kept() > 0);
    assertTrue(unsent(node.port()) < 1 << 20, "holds " + unsent(node.port()));
  }

  /** Bytes that the kernel holds for the clients of a port. */
  private static long unsent(int port) throws IOException {
    String local = ":%04X ".formatted(port);
    long bytes = 0;
    for (Path table : List.of(Path.of("/proc/net/tcp"), Path.of("/proc/net/tcp6"))) {
      for (String line : Files.exists(table) ? Files.readAllLines(table) : List.<String>of()) {
        String[] columns = line.strip().split(" +");
        if ((columns[1] + " ").endsWith(local) && columns[3].equals(ESTABLISHED)) {
          bytes += Long.parseLong(columns[4].split(":")[0], 16);
        }
      }
    }
    return bytes;
  }

  private String request() {
    return "GET /v1/events?channels=topic:large&access_token="
        + node.token("mallory", "subscribe:topic:*")
        + " HTTP/1.1\r\nHost: x\r\n\r\n";
  }

  private double closedAsSlow() {
    var counter = node.registry.find("holdfast.closes").tag("code", "slow").counter();
    return counter == null ? 0 : counter.count();
  }

  private double kept() {
    return node.registry.get("holdfast.budget.bytes").tag("kind", "frames").gauge().value();
  }
}
