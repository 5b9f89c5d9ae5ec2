package dev.holdfast.app.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.Ids;
import dev.holdfast.testkit.Repeatedly;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
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
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private final String project =
      "hf" + Ids.fresh().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");

  @BeforeEach
  void makeWhatIsMounted() {
    Docker.image();
    Docker.run("docker/secrets.sh").orThrow();
  }

  @AfterEach
  void takeItDown() {
    compose("down", "-v", "--remove-orphans");
  }

  @Repeatedly
  void nodesCanBeAddedAndTakenAway() {
    compose("up", "-d", "--no-build", "--scale", "node=2", "redis", "node").orThrow();
    awaitEachSees(2);

    compose("up", "-d", "--no-build", "--no-recreate", "--scale", "node=4", "redis", "node")
        .orThrow();
    awaitEachSees(4);

    compose("up", "-d", "--no-build", "--no-recreate", "--scale", "node=3", "redis", "node")
        .orThrow();
    awaitEachSees(3);
  }

  @Repeatedly
  void allNodesAreReplacedByTheScriptForThat() {
    compose("up", "-d", "--no-build", "--scale", "node=3", "redis", "node").orThrow();
    awaitEachSees(3);
    List<String> old = nodes();

    Docker.run(environment(), List.of("docker/upgrade.sh", "-f", "compose.yaml", "-p", project))
        .orThrow();

    awaitEachSees(3);
    assertTrue(nodes().stream().noneMatch(old::contains), "an old one runs still");
  }

  @Repeatedly
  void aReplacementThatDoesNotStartIsTakenAwayAndTheOthersStay() {
    compose("up", "-d", "--no-build", "--scale", "node=2", "redis", "node").orThrow();
    awaitEachSees(2);
    List<String> old = nodes();
    String broken = "broken-" + project;
    Docker.run("docker", "create", "--name", broken, Docker.image()).orThrow();
    Docker.run("docker", "commit", "-c", "ENV HOLDFAST_GATEWAY_PORT=no", broken, image(broken))
        .orThrow();

    Docker.Outcome outcome =
        Docker.run(
            Map.of("HOLDFAST_VERSION", broken),
            List.of("docker/upgrade.sh", "-f", "compose.yaml", "-p", project));

    Docker.run("docker", "rm", broken).orThrow();
    Docker.run("docker", "rmi", image(broken)).orThrow();
    assertEquals(1, outcome.code(), outcome.output());
    assertTrue(outcome.output().contains("holdfast: gateway.port"), outcome.output());
    assertEquals(old, nodes());
  }

  @Repeatedly
  void whatAScriptStoredIsThereAfterAKillOfRedis() {
    compose("up", "-d", "--no-build", "redis").orThrow();
    awaitRedis();
    redis("eval", "redis.call('set', 'hf:a', '1') redis.call('set', 'hf:b', '2')", "0").orThrow();
    String id = compose("ps", "-q", "redis").orThrow().output().strip();
    Docker.run("docker", "kill", id).orThrow();
    Docker.run("docker", "start", id).orThrow();
    awaitRedis();

    assertEquals("2", redis("get", "hf:b").orThrow().output().strip());
  }

  @Repeatedly
  void onlyTheProxyIsReachedFromOutside() {
    List<String> publishing = new ArrayList<>();
    String service = "";
    for (String line : compose("config").orThrow().output().split("\n")) {
      if (line.matches(" {2}[a-z]+:")) {
        service = line.strip();
      } else if (line.matches(" {4}ports:")) {
        publishing.add(service);
      }
    }
    assertEquals(List.of("proxy:"), publishing);
  }

  private static String image(String tag) {
    return "holdfast:" + tag;
  }

  private void awaitEachSees(int count) {
    Awaitility.await("each of " + count + " sees them all")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofSeconds(1))
        .until(
            () -> nodes().size() == count && nodes().stream().allMatch(node -> sees(node, count)));
  }

  private void awaitRedis() {
    Awaitility.await("Redis answers")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofSeconds(1))
        .until(() -> redis("ping").output().contains("PONG"));
  }

  private Docker.Outcome redis(String... command) {
    try {
      Path secret = Docker.ROOT.resolve("docker/secrets/redis_admin_password");
      String id = compose("ps", "-q", "redis").orThrow().output().strip();
      List<String> all = new ArrayList<>(List.of("docker", "exec", "-e"));
      all.add("REDISCLI_AUTH=" + Files.readString(secret).strip());
      all.addAll(List.of(id, "redis-cli", "--no-auth-warning", "-e"));
      all.addAll(List.of(command));
      return Docker.run(Map.of(), all);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<String> nodes() {
    return compose("ps", "-q", "node")
        .orThrow()
        .output()
        .lines()
        .filter(id -> !id.isBlank())
        .toList();
  }

  /** By Redis and on the bus; asked from within, as nothing of it can be reached from outside. */
  private static boolean sees(String node, int count) {
    String metrics =
        Docker.run(
                "docker",
                "exec",
                node,
                "java",
                "-cp",
                "/app/holdfast.jar",
                "dev.holdfast.app.HealthCommand",
                "http://127.0.0.1:8080/metrics")
            .output();
    return List.of("holdfast_nodes_live", "cluster_members").stream()
        .allMatch(
            name ->
                Pattern.compile("^" + name + " " + count + "\\.0$", Pattern.MULTILINE)
                    .matcher(metrics)
                    .find());
  }

  private Docker.Outcome compose(String... arguments) {
    return Docker.run(environment(), Docker.compose(project, arguments));
  }

  private static Map<String, String> environment() {
    return Map.of("HOLDFAST_VERSION", "test");
  }
}
