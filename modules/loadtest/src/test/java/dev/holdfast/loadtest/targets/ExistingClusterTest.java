package dev.holdfast.loadtest.targets;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import dev.holdfast.loadtest.plan.Address;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Nodes answer metrics at a port of their own; in the report they stood as down all the time. */
class ExistingClusterTest {
  private final HttpServer clients = serve(Map.of("/health/ready", "{}", "/health/live", "{}"));
  private final HttpServer operators =
      serve(
          Map.of(
              "/metrics",
              "holdfast_connections 7.0\n",
              "/v1/nodes",
              "{\"self\":\"n/1\",\"nodes\":[{\"node\":\"n/1\",\"id\":\"n\",\"version\":\"9\"}]}"));

  @AfterEach
  void stop() {
    clients.stop(0);
    operators.stop(0);
  }

  @Test
  void figuresComeFromThePortOfOperators() throws InterruptedException {
    try (var cluster = cluster(List.of(url(operators)))) {
      cluster.start();

      TargetNode node = cluster.nodes().get(0);
      assertEquals("n", node.name());
      assertEquals("9", cluster.environment().get("target version"));
      var probe = new NodeProbe(cluster, node);
      probe.ask();
      await().until(() -> Long.valueOf(7).equals(probe.second().connections()));
    }
  }

  @Test
  void aNodeWithoutFiguresIsUp() throws InterruptedException {
    try (var cluster = cluster(List.of())) {
      cluster.start();

      var probe = new NodeProbe(cluster, cluster.nodes().get(0));
      probe.ask();
      await().until(() -> probe.second().up());
      assertEquals(null, probe.second().connections());
    }
  }

  @Test
  void aPortOfOperatorsWithoutFiguresIsReported() throws InterruptedException {
    try (var cluster = cluster(List.of(url(clients)))) {
      var refused = assertThrows(TargetException.class, cluster::start);

      assertTrue(refused.getMessage().contains("/metrics: answers 404"), refused.getMessage());
    }
  }

  private ExistingCluster cluster(List<URI> management) {
    String secret = "a secret of the tests, long enough for HS256";
    var address = new Address(List.of(url(clients)), null, secret, null);
    var asked = new Operators("operators", management);
    return new ExistingCluster(address, asked, null, NodeCommands.NONE);
  }

  private static URI url(HttpServer server) {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /** What it answers, by path; 404 for all else. */
  private static HttpServer serve(Map<String, String> answers) {
    try {
      var at = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
      HttpServer server = HttpServer.create(at, 0);
      server.createContext(
          "/",
          exchange -> {
            String answer = answers.get(exchange.getRequestURI().getPath());
            byte[] body = String.valueOf(answer).getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(answer == null ? 404 : 200, body.length);
            try (OutputStream out = exchange.getResponseBody()) {
              out.write(body);
            }
          });
      server.start();
      return server;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
