package dev.holdfast.gateway.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.gateway.config.GatewayConfig;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that keep the node waiting are ended; the others are served meanwhile. */
@ExtendWith(RedisExtension.class)
class SlowClientsIT {
  private static final Duration FIRST = Duration.ofMillis(400);
  private static final Duration LONG = Duration.ofSeconds(12);

  private HttpFixture node;

  @BeforeEach
  void start(TestRedis redis) {
    GatewayConfig d = GatewayConfig.DEFAULTS;
    node =
        new HttpFixture(
            redis.uri(),
            GatewayConfig.of(
                d.host(),
                0,
                d.allowedOrigins(),
                d.frameLimit(),
                FIRST,
                d.heartbeat(),
                d.publishRate(),
                d.slowLimit(),
                d.writeBuffer(),
                d.ackFlush()));
  }

  @AfterEach
  void stop() {
    node.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "GET /v1/no",
        "GET /v1/nodes HTTP/1.1\r\nHost: x\r\nX-",
        "GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /v1/connect HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /v1/nodes HTTP/1.1\r\nHost: x\r\n\r\nGET /v1/",
        "POST /v1/publish HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{",
        "GET /v1/connect HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: holdfast.v1\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
      })
  void whoSaysNoMoreIsEnded(String request) {
    try (SlowConsumer client = new SlowConsumer(node.port(), request)) {
      assertTimeoutPreemptively(LONG, client::awaitEnd);
    }
  }

  @Test
  void whoSendsAByteNowAndThenIsEndedAsWell() {
    List<SlowConsumer> slow = new ArrayList<>();
    List<CompletableFuture<Void>> ends = new ArrayList<>();
    String token = node.token("svc", HttpFixture.ALL);
    for (int i = 0; i < 50; i++) {
      SlowConsumer client = new SlowConsumer(node.port(), "");
      slow.add(client);
      ends.add(
          CompletableFuture.runAsync(() -> dripping(client, "GET /v1/nodes HTTP/1.1\r\nX: a")));
    }
    String head =
        "POST /v1/publish HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            + "Authorization: Bearer "
            + token
            + "\r\nContent-Length: 1000\r\n\r\n";
    SlowConsumer body = new SlowConsumer(node.port(), head);
    slow.add(body);
    ends.add(CompletableFuture.runAsync(() -> dripping(body, "")));

    HttpCalls others = node.as(token);
    for (int i = 0; i < 20; i++) {
      assertEquals(200, others.publish("topic:others", "note", "1").status());
    }
    CompletableFuture.allOf(ends.toArray(new CompletableFuture<?>[0]))
        .orTimeout(LONG.toSeconds(), TimeUnit.SECONDS)
        .join();
    slow.forEach(SlowConsumer::close);
  }

  /** A byte each 100 ms, until the server has ended it. */
  private static void dripping(SlowConsumer client, String first) {
    try {
      client.say(first);
      while (true) {
        client.say("a");
        TimeUnit.MILLISECONDS.sleep(100); // the pace is what is tested
      }
    } catch (IOException ended) {
      return; // as it should
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** What is worked on is not waited for: a stream outlasts every limit. */
  @Test
  void aStreamIsNotEnded() {
    try (EventReader stream = new EventReader(node, node.token("ann"), "", null)) {
      stream.await("welcome");
      long start = System.nanoTime();
      try (SlowConsumer idle = new SlowConsumer(node.port(), "GET /health/live HTTP/1.1\r\n\r\n")) {
        assertTimeoutPreemptively(LONG, idle::awaitEnd);
      }
      assertTrue(System.nanoTime() - start > FIRST.toNanos());
      node.service().publish("user:ann", "note", "1");
      stream.await("event", "user:ann");
    }
  }
}
