package dev.holdfast.gateway.bounds;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.core.Ids;
import dev.holdfast.gateway.GatewayFixture;
import dev.holdfast.gateway.GatewayFixture.Welcomed;
import dev.holdfast.gateway.StrangerSocket;
import dev.holdfast.gateway.admission.SocketLimits;
import dev.holdfast.gateway.config.GatewayConfig;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import dev.holdfast.testkit.client.ManualClient;
import io.vertx.core.internal.VertxInternal;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * More come than there is room for. Connections of strangers had no bound: 1,100 of them from one
 * address took all files of a process, and nobody else came in.
 */
@ExtendWith(RedisExtension.class)
class CrowdIT {
  private static final String LIVE = "GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n";
  private static final int CROWD = 200;

  /** Eight are in, and 32 wait for an answer, which no event loop gives. */
  private static final int CLOSED = CROWD - 8 - 32;

  private final List<StrangerSocket> strangers = new ArrayList<>();
  private String redis;
  private GatewayFixture node;

  @BeforeEach
  void start(TestRedis server) {
    redis = server.uri();
  }

  @AfterEach
  void stop() {
    strangers.forEach(StrangerSocket::close);
    node.close();
  }

  @Test
  void whoIsOverTheLimitIsRefusedAndWhoIsInStays() {
    serve(new SocketLimits(8, 8, 100, 100, 10_000, List.of()));
    Welcomed ann = node.hello("ann", "publish:topic:*").live();
    for (int i = 0; i < 7; i++) {
      assertTrue(stranger().say(LIVE).head().startsWith("HTTP/1.1 200"));
    }

    String refused = stranger().say(LIVE).rest();
    assertTrue(refused.startsWith("HTTP/1.1 503"), refused);
    assertTrue(refused.contains("\"code\":\"rate_limited\""), refused);
    assertTrue(refused.contains("retry-after: 5"), refused);
    assertEquals(1, node.count("holdfast.sockets.refused", "why", "full"));
    ann.client().send("ping", Map.of()).await("pong");

    strangers.get(0).close();
    await().until(() -> stranger().say(LIVE).head().startsWith("HTTP/1.1 200"));
  }

  /** Event loops counted connections, and busy ones did so late: each had taken a file by then. */
  @Test
  void whoIsTooManyIsSentAwayWhileEventLoopsAreBusy() {
    serve(new SocketLimits(8, 8, 100, 100, 10_000, List.of()));
    CountDownLatch free = new CountDownLatch(1);
    ((VertxInternal) node.vertx).nettyEventLoopGroup().forEach(loop -> loop.execute(hold(free)));
    try {
      for (int i = 0; i < CROWD; i++) {
        stranger();
      }
      await().until(() -> strangers.stream().filter(StrangerSocket::isClosed).count() == CLOSED);
      assertEquals(8, node.registry.get("holdfast.sockets").gauge().value());
    } finally {
      free.countDown();
    }
    strangers.forEach(StrangerSocket::close);
    await().until(() -> stranger().say(LIVE).head().startsWith("HTTP/1.1 200"));
    node.hello("ann").live();
  }

  private static Runnable hold(CountDownLatch until) {
    return () -> {
      try {
        until.await(60, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    };
  }

  @Test
  void oneAddressBehindAProxyHasItsShareAndNoMore() {
    serve(new SocketLimits(100, 2, 100, 100, 10_000, List.of("127.0.0.1")));
    assertOpened(stranger().upgrade("X-Forwarded-For: 1.2.3.4\r\n"));
    assertOpened(stranger().upgrade("X-Forwarded-For: 1.2.3.4\r\n"));

    for (String chain : new String[] {"1.2.3.4", "9.9.9.9, 1.2.3.4", "1.2.3.4, 127.0.0.1"}) {
      String refused = stranger().upgrade("X-Forwarded-For: " + chain + "\r\n").head();
      assertTrue(refused.startsWith("HTTP/1.1 503"), chain + ": " + refused);
      assertTrue(refused.contains("retry-after"), refused);
    }
    assertOpened(stranger().upgrade("X-Forwarded-For: 5.6.7.8\r\n"));

    strangers.get(0).close();
    await()
        .until(
            () -> {
              String head = stranger().upgrade("X-Forwarded-For: 1.2.3.4\r\n").head();
              return head.startsWith("HTTP/1.1 101");
            });
  }

  /** Whoever says that it is behind a proxy, and comes from none. */
  @Test
  void whoFailsTooOftenIsNotLookedAtForAWhile() {
    serve(new SocketLimits(100, 100, 100, 1, 10_000, List.of("10.0.0.1")));
    String bad =
        "{\"type\":\"hello\",\"token\":\"a.b.c\",\"client\":{\"name\":\"x\",\"version\":\"1\"}}";
    AtomicInteger tries = new AtomicInteger();
    await()
        .pollInterval(Duration.ofMillis(1))
        .until(
            () -> {
              StrangerSocket stranger = stranger();
              String other = "X-Forwarded-For: 1.2.3." + tries.incrementAndGet() + "\r\n";
              String head = stranger.upgrade(other).head();
              if (head.startsWith("HTTP/1.1 101")) {
                assertTrue(stranger.frame(bad).until("unauthorized").endsWith("unauthorized"));
              }
              return head.startsWith("HTTP/1.1 503") && head.contains("retry-after");
            });

    assertTrue(tries.get() > 10, tries + " tries");
    assertTrue(stranger().say(LIVE).head().startsWith("HTTP/1.1 200"));
    await().until(() -> stranger().upgrade("").head().startsWith("HTTP/1.1 101"));
    await()
        .pollInterval(Duration.ofMillis(1))
        .until(
            () -> {
              String http = stranger().say("GET /v1/sessions HTTP/1.1\r\nHost: x\r\n\r\n").head();
              assertTrue(http.matches("(?s)HTTP/1.1 (401|503) .*"), http);
              return http.startsWith("HTTP/1.1 503");
            });
    assertTrue(node.count("holdfast.sockets.refused", "why", "failures") >= 2);
  }

  /** 17,000 a second on eight connections, by somebody without a token: others waited. */
  @Test
  void whoAsksTooOftenForWhatIsNotThereIsCutOff() {
    serve(new SocketLimits(100, 100, 100, 1, 10_000, List.of())); // 10 at once
    String nothing = "GET /v1/nothing HTTP/1.1\r\nHost: x\r\n\r\n";
    StrangerSocket asks = stranger();
    assertEquals(1, refusals(asks, nothing), "is cut off with the first");
    assertTrue(stranger().say(LIVE).head().startsWith("HTTP/1.1 200"));
    await().until(() -> stranger().say(nothing).head().startsWith("HTTP/1.1 404"));
  }

  /** Asks on, whatever the answers say, until the connection ends or five are refused. */
  private static int refusals(StrangerSocket asks, String request) {
    int refused = 0;
    try {
      for (String answer = "-"; !answer.isEmpty() && refused < 5; ) {
        answer = asks.say(request).until("}");
        assertTrue(answer.isEmpty() || answer.matches("(?s)HTTP/1.1 (404|503) .*"), answer);
        if (answer.startsWith("HTTP/1.1 503")) {
          assertTrue(answer.contains("retry-after"), answer);
          refused++;
        }
      }
    } catch (UncheckedIOException reset) {
      return refused;
    }
    return refused;
  }

  /** 4,300 a second, each with a connection of its own: others waited for the event loops. */
  @Test
  void whoComesOftenAndShowsNoTokenIsNotLetInForAWhile() {
    serve(new SocketLimits(1_000, 1_000, 1_000, 10_000, 2, List.of())); // 20 at once
    String known =
        "GET /v1/sessions HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer ";
    for (int i = 0; i < 25; i++) {
      String answer = stranger().say(known + node.token("ann") + "\r\n\r\n").rest();
      assertTrue(answer.startsWith("HTTP/1.1 ") && !answer.startsWith("HTTP/1.1 5"), answer);
      node.hello("ann").client().close();
      isSentElsewhere();
    }
    node.awaitNobody();
    assertEquals(0, node.count("holdfast.sockets.refused", "why", "strangers"));

    await()
        .pollInterval(Duration.ofMillis(1))
        .until(
            () -> {
              comeOddly();
              return node.count("holdfast.sockets.refused", "why", "strangers") > 0;
            });
    await().ignoreExceptions().until(() -> stranger().say(LIVE).head().startsWith("HTTP/1.1 200"));
  }

  /** By a node that has more than its share, and looks at no token before. */
  private void isSentElsewhere() {
    node.directory.crowded(true);
    ManualClient moving = node.connect();
    GatewayFixture.sayHello(moving, node.token("ann"), Map.of("move", true));
    assertEquals(4011, moving.awaitClose().code());
    node.directory.crowded(false);
  }

  private void comeOddly() {
    try (StrangerSocket stranger = new StrangerSocket(node.port())) {
      stranger.say("GET /v1/%63onnect HTTP/1.1\r\nHost: x\r\n\r\n").head();
    } catch (UncheckedIOException cut) {
      // Only a few get an answer, and this one did not.
    }
  }

  @Test
  void hellosBeyondTheRateLearnWhenToComeAgain() {
    serve(new SocketLimits(100, 100, 1, 100, 10_000, List.of()));
    List<ManualClient> crowd = Stream.generate(node::connect).limit(20).toList();
    crowd.forEach(each -> GatewayFixture.sayHello(each, node.token("ann"), Map.of()));
    List<ObjectNode> answers = crowd.stream().map(CrowdIT::answer).toList();

    List<ObjectNode> refusals =
        answers.stream().filter(each -> each.path("type").asText().equals("error")).toList();
    assertTrue(refusals.size() >= 5 && refusals.size() < 20, refusals.size() + " refused");
    for (ObjectNode each : refusals) {
      assertEquals("rate_limited", each.path("code").asText());
      assertTrue(each.path("retryAfter").asInt() > 0, each.toString());
      assertTrue(each.path("retryable").asBoolean(), each.toString());
      assertEquals(4004, crowd.get(answers.indexOf(each)).awaitClose().code());
    }
    ManualClient in = crowd.get(first(answers, "welcome"));
    in.send("ping", Map.of()).await("pong");
    await()
        .until(
            () -> {
              ManualClient again = node.connect();
              GatewayFixture.sayHello(again, node.token("bob"), Map.of());
              return answer(again).path("type").asText().equals("welcome");
            });
  }

  private static ObjectNode answer(ManualClient client) {
    return client.await(
        frame -> List.of("welcome", "error").contains(frame.path("type").asText()), "an answer");
  }

  private static int first(List<ObjectNode> answers, String type) {
    for (int i = 0; i < answers.size(); i++) {
      if (answers.get(i).path("type").asText().equals(type)) {
        return i;
      }
    }
    throw new AssertionError("no " + type + " in " + answers);
  }

  /** 3,700 strangers held 64 KB each of a message that never ended. */
  @Test
  void whatIsSaidBeforeTheHelloHasABoundForAllTogether() {
    serve(new SocketLimits(0, 100_000, 1_000, 10_000, 10_000, List.of()));
    String most = "x".repeat(60_000);
    double share =
        node.registry.get("holdfast.budget.limit.bytes").tag("kind", "hellos").gauge().value();
    int enough = (int) (share / 50_000) + 5;
    for (int i = 0; i < enough; i++) {
      StrangerSocket stranger = stranger().upgrade("");
      assertOpened(stranger);
      stranger.frame(65_000, most);
    }

    await().until(() -> node.count("holdfast.sockets.refused", "why", "unfinished") > 0);
    assertTrue(held() <= share, held() + " of " + share);
    node.hello("ann").live(); // 4 KiB are everybody's
    strangers.forEach(StrangerSocket::close);
    await().until(() -> held() == 0);
    // A hello that is long, as cursors and tokens make it, is taken all the same.
    Map<String, Object> cursors = new HashMap<>();
    for (int i = 0; i < 250; i++) {
      cursors.put("topic:" + "y".repeat(60) + i, List.of("E", 0));
    }
    node.hello(node.token("bob"), Map.of("channels", cursors));
    assertEquals(0, held());
  }

  private double held() {
    return node.registry.get("holdfast.budget.bytes").tag("kind", "hellos").gauge().value();
  }

  private void serve(SocketLimits limits) {
    node = new GatewayFixture(redis, "t" + Ids.fresh(), GatewayConfig.DEFAULTS.with(limits));
  }

  private StrangerSocket stranger() {
    StrangerSocket stranger = new StrangerSocket(node.port());
    strangers.add(stranger);
    return stranger;
  }

  private static void assertOpened(StrangerSocket stranger) {
    String head = stranger.head();
    assertTrue(head.startsWith("HTTP/1.1 101"), head);
  }
}
