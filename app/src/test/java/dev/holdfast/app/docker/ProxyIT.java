package dev.holdfast.app.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.auth.TokenSigner;
import dev.holdfast.auth.config.AuthConfig;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Ids;
import dev.holdfast.testkit.Repeatedly;
import dev.holdfast.testkit.client.ClientOptions;
import dev.holdfast.testkit.client.TestClients;
import dev.holdfast.testkit.client.WsTestClient;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * All of docker/compose.yaml but Grafana and the example: what clients meet who come by the proxy,
 * and what Prometheus has for the dashboard. Skipped if the images of the two are not available.
 */
@ExtendWith(NeedsDocker.class)
class ProxyIT {
  private static final int CLIENTS = 12;
  private static final Duration TIMEOUT = Duration.ofMinutes(2);

  private final String tenant = "t-" + Ids.fresh();
  private final TestClients clients = new TestClients();
  private final Compose compose = new Compose();
  private URI url;

  @BeforeEach
  void start() {
    String config = compose.run("config").orThrow().output();
    for (String image : List.of("haproxy:", "prom/prometheus:")) {
      Matcher named = Pattern.compile("image: (" + image + "\\S+)").matcher(config);
      assertTrue(named.find(), "no " + image + " in " + config);
      Assumptions.assumeTrue(
          Docker.has(named.group(1)), "the image " + named.group(1) + " is not available here");
    }
    compose.up(3, "redis", "node", "proxy", "prometheus");
    compose.awaitEachSees(3);
    String address = compose.run("port", "proxy", "8080").orThrow().output().strip();
    url = URI.create("ws://" + address + "/v1/connect");
  }

  @AfterEach
  void stop() {
    clients.close();
    compose.close();
  }

  @Repeatedly
  void eachQueryOfTheDashboardFindsSomethingUnderLoadAndNoAlertFires() {
    try (var load = Load.start(CLIENTS, this::client)) {
      WsTestClient left = client("left");
      left.connect().orTimeout(30, TimeUnit.SECONDS).join();
      left.publishAndForget("topic:?", "test.event", "to be refused");
      left.endSession();

      List<String> missing = new ArrayList<>(queries());
      Awaitility.await("each query finds something")
          .atMost(TIMEOUT)
          .pollInterval(Duration.ofSeconds(2))
          .untilAsserted(
              () -> {
                missing.removeIf(query -> !ask(query).isBlank());
                assertEquals(List.of(), missing);
              });

      assertEquals("", ask("ALERTS{alertstate=\"firing\"}"));
      assertEquals(List.of(), load.violations());
    }
  }

  @Repeatedly
  void sessionsGoOnBehindTheProxyWhenANodeIsKilledAndItsDeathIsReported() {
    try (var load = Load.start(CLIENTS, this::client)) {
      load.awaitAcknowledged(100);

      Docker.run("docker", "kill", compose.ids("node").get(0)).orThrow();
      load.awaitAcknowledged(500);
      Awaitility.await("NodeDied fires")
          .atMost(TIMEOUT)
          .pollInterval(Duration.ofSeconds(1))
          .until(() -> ask("ALERTS{alertstate=\"firing\"}").contains("NodeDied"));

      assertEquals(List.of(), load.violations());
    }
  }

  @Repeatedly
  void sessionsGoOnBehindTheProxyWhileAllNodesAreReplaced() {
    try (var load = Load.start(CLIENTS, this::client)) {
      load.awaitAcknowledged(100);

      compose.upgrade("test").orThrow();
      compose.awaitEachSees(3);
      load.awaitAcknowledged(200);

      assertEquals(List.of(), load.violations());
      assertEquals("", ask("ALERTS{alertstate=\"firing\"}"));
    }
  }

  private WsTestClient client(String user) {
    var signer = new TokenSigner(Compose.secret("token_key"), AuthConfig.DEFAULTS);
    var all = Set.of("subscribe:*", "publish:*", "request:*");
    String token = signer.sign(new Caller.User(tenant, user, Set.of(), all), Duration.ofHours(1));
    return clients.client(
        ClientOptions.of(List.of(url), token)
            .withWaits(Duration.ofMillis(100), Duration.ofSeconds(1)));
  }

  private static List<String> queries() {
    return Dashboard.panels().stream()
        .flatMap(panel -> panel.queries().stream())
        .map(Dashboard::forAllNodes)
        .toList();
  }

  /** Its samples, one a line; nothing where there are none. */
  private String ask(String query) {
    return compose
        .exec("prometheus", "promtool", "query", "instant", "http://127.0.0.1:9090", query)
        .orThrow()
        .output()
        .strip();
  }
}
