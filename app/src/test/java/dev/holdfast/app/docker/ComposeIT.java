package dev.holdfast.app.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.testkit.Repeatedly;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * docker/compose.yaml by an operator's commands; of what needs images that a machine may not have
 * (proxy, Prometheus, Grafana) nothing is started.
 */
@ExtendWith(NeedsDocker.class)
class ComposeIT {
  private static final Duration TIMEOUT = Duration.ofMinutes(3);

  private Compose compose;

  @BeforeEach
  void makeWhatIsMounted() {
    compose = new Compose();
  }

  @AfterEach
  void takeItDown() {
    compose.close();
  }

  @Repeatedly
  void nodesCanBeAddedAndTakenAway() {
    compose.up(2, "redis", "node");
    compose.awaitEachSees(2);

    compose.up(4, "redis", "node");
    compose.awaitEachSees(4);

    compose.up(3, "redis", "node");
    compose.awaitEachSees(3);
  }

  @Repeatedly
  void allNodesAreReplacedByTheScriptForThat() {
    compose.up(3, "redis", "node");
    compose.awaitEachSees(3);
    List<String> old = compose.ids("node");

    compose.upgrade("test").orThrow();

    compose.awaitEachSees(3);
    assertTrue(compose.ids("node").stream().noneMatch(old::contains), "an old one runs still");
  }

  @Repeatedly
  void aReplacementThatDoesNotStartIsTakenAwayAndTheOthersStay() {
    compose.up(2, "redis", "node");
    compose.awaitEachSees(2);
    List<String> old = compose.ids("node");
    String broken = "broken-" + compose.project();
    Docker.run("docker", "create", "--name", broken, Docker.image()).orThrow();
    Docker.run(
            "docker", "commit", "-c", "ENV HOLDFAST_GATEWAY_PORT=no", broken, "holdfast:" + broken)
        .orThrow();

    Docker.Outcome outcome = compose.upgrade(broken);

    Docker.run("docker", "rm", broken).orThrow();
    Docker.run("docker", "rmi", "holdfast:" + broken).orThrow();
    assertEquals(1, outcome.code(), outcome.output());
    assertTrue(outcome.output().contains("gateway.port (environment)"), outcome.output());
    assertEquals(old, compose.ids("node"));
  }

  @Repeatedly
  void whatAScriptStoredIsThereAfterAKillOfRedis() {
    compose.up("redis");
    awaitRedis();
    compose
        .redis("eval", "redis.call('set', 'hf:a', '1') redis.call('set', 'hf:b', '2')", "0")
        .orThrow();
    String id = compose.ids("redis").get(0);
    Docker.run("docker", "kill", id).orThrow();
    Docker.run("docker", "start", id).orThrow();
    awaitRedis();

    assertEquals("2", compose.redis("get", "hf:b").orThrow().output().strip());
  }

  @Repeatedly
  void onlyTheProxyIsReachedFromOutside() {
    List<String> publishing = new ArrayList<>();
    String service = "";
    for (String line : compose.run("config").orThrow().output().split("\n")) {
      if (line.matches(" {2}[a-z]+:")) {
        service = line.strip();
      } else if (line.matches(" {4}ports:")) {
        publishing.add(service);
      }
    }
    assertEquals(List.of("proxy:"), publishing);
  }

  private void awaitRedis() {
    Awaitility.await("Redis answers")
        .atMost(TIMEOUT)
        .pollInterval(Duration.ofSeconds(1))
        .until(() -> compose.redis("ping").output().contains("PONG"));
  }
}
