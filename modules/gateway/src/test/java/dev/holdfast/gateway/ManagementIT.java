package dev.holdfast.gateway;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.Ids;
import dev.holdfast.embedded.FreePorts;
import dev.holdfast.gateway.admission.SocketLimits;
import dev.holdfast.gateway.config.GatewayConfig;
import dev.holdfast.gateway.config.ManagementConfig;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A port for operators. Metrics, and what a node found wrong with itself, were anybody's to read.
 */
@ExtendWith(RedisExtension.class)
class ManagementIT {
  private static final List<String> OPERATORS =
      List.of("/metrics", "/docs", "/openapi.yaml", "/openapi.json", "/asyncapi.yaml");

  /**
   * Connections of clients that there may be. A client sees that its own has ended before the node
   * has counted it out: with room for two, the third in a row might find the house full.
   */
  private static final int FULL = 20;

  private GatewayFixture node;

  @BeforeEach
  void start(TestRedis redis) {
    int free = FreePorts.take();
    GatewayConfig config =
        GatewayConfig.DEFAULTS
            .with(new ManagementConfig("127.0.0.1", free))
            .with(new SocketLimits(FULL, FULL, 100, 100, 10_000, List.of()));
    node = new GatewayFixture(redis.uri(), "t" + Ids.fresh(), config);
  }

  @AfterEach
  void stop() {
    node.close();
  }

  @Test
  void clientsGetWhatTheyNeed() {
    for (String path : OPERATORS) {
      assertTrue(get(node.port(), path).startsWith("HTTP/1.1 404"), path);
      assertTrue(get(node.managementPort(), path).startsWith("HTTP/1.1 200"), path);
    }
    for (String view : new String[] {"/v1/nodes", "/v1/config", "/v1/stats", "/v1/usage"}) {
      assertTrue(get(node.port(), view).startsWith("HTTP/1.1 404"), view);
      assertTrue(get(node.managementPort(), view).startsWith("HTTP/1.1 401"), view);
    }
    for (String ours : new String[] {"/v1/sessions", "/v1/events", "/v1/files"}) {
      assertTrue(get(node.port(), ours).startsWith("HTTP/1.1 401"), ours);
      assertTrue(get(node.managementPort(), ours).startsWith("HTTP/1.1 404"), ours);
    }
    assertTrue(get(node.port(), "/v1/connect").startsWith("HTTP/1.1 426"));
    assertTrue(get(node.managementPort(), "/v1/connect").startsWith("HTTP/1.1 404"));
  }

  /** The page signs in whom it likes, so it is for development only. */
  @Test
  void outsideOfDevelopmentThereIsALineAtTheRootAndNoPage() {
    String root = get(node.port(), "/");
    assertTrue(root.startsWith("HTTP/1.1 200"), root);
    assertTrue(root.endsWith("/client.js is one for browsers.\n"), root);
    assertTrue(get(node.port(), "/client.js").startsWith("HTTP/1.1 200"));
    for (String path : new String[] {"/page/page.js", "/sign-in?tenant=acme&user=ann"}) {
      String answer = get(node.port(), path);
      assertTrue(answer.startsWith("HTTP/1.1 404"), path + ": " + answer);
    }
  }

  @Test
  void whatTheChecksFoundIsForOperators() {
    node.healthy = false;
    String answer = get(node.port(), "/health/ready");
    assertTrue(answer.startsWith("HTTP/1.1 503"), answer);
    assertTrue(answer.endsWith("{\"status\":\"down\"}"), answer);

    String found = get(node.managementPort(), "/health/ready");
    assertTrue(found.startsWith("HTTP/1.1 503"), found);
    assertTrue(found.contains("\"checks\":{\"redis\":\"down\"}"), found);
  }

  /** They took all files of the process, and the probe's place. */
  @Test
  void whoStaysAtThePortOfOperatorsKeepsNobodyOut() {
    List<StrangerSocket> strangers = new ArrayList<>();
    try {
      for (int i = 0; i < 150; i++) {
        strangers.add(new StrangerSocket(node.managementPort()));
      }

      await().until(() -> strangers.stream().filter(each -> !each.isClosed()).count() <= 64);
      assertTrue(get(node.managementPort(), "/health/live").startsWith("HTTP/1.1 200"));
    } finally {
      strangers.forEach(StrangerSocket::close);
    }
  }

  /** A probe that finds no place among the clients would have the node restarted. */
  @Test
  void aFullHouseHasRoomForOperators() {
    List<StrangerSocket> clients = new ArrayList<>();
    try {
      for (int i = 0; i < FULL; i++) {
        clients.add(new StrangerSocket(node.port()));
        clients.get(i).upgrade("").head();
      }
      assertTrue(get(node.port(), "/health/live").startsWith("HTTP/1.1 503"));
      assertTrue(get(node.managementPort(), "/health/live").startsWith("HTTP/1.1 200"));
      String metrics = get(node.managementPort(), "/metrics");
      assertTrue(metrics.contains("holdfast_sockets " + FULL + ".0"), metrics);
    } finally {
      clients.forEach(StrangerSocket::close);
    }
  }

  @Test
  void onLoopbackOnePortIsEnough() {
    assertFalse(GatewayConfig.DEFAULTS.managesApart());
    assertFalse(GatewayConfig.DEFAULTS.at("localhost", 1).managesApart());
    assertTrue(GatewayConfig.DEFAULTS.at("0.0.0.0", 1).managesApart());
    assertTrue(GatewayConfig.DEFAULTS.at("10.0.0.7", 1).managesApart());
    assertTrue(GatewayConfig.DEFAULTS.with(new ManagementConfig("0.0.0.0", 1)).managesApart());
    assertEquals("127.0.0.1", ManagementConfig.DEFAULTS.host());
  }

  private static String get(int port, String path) {
    try (var client = new StrangerSocket(port)) {
      return client.say("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").rest();
    }
  }
}
