package dev.holdfast.app.docker;

import dev.holdfast.core.Ids;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/**
 * docker/compose.yaml as a project of its own, with the image of this build and free ports. Methods
 * block; one thread.
 */
final class Compose implements AutoCloseable {
  private static final Path SECRETS = Docker.ROOT.resolve("docker/secrets");
  private static final Duration TIMEOUT = Duration.ofMinutes(3);
  private static final Map<String, String> ENVIRONMENT =
      Map.of(
          "HOLDFAST_VERSION",
          "test",
          "HOLDFAST_LISTEN",
          "127.0.0.1:",
          "GRAFANA_LISTEN",
          "127.0.0.1:");

  private final String project =
      "hf" + Ids.fresh().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");

  /** With all that is mounted; nothing is started. */
  Compose() {
    Docker.image();
    Docker.run("docker/secrets.sh").orThrow();
  }

  String project() {
    return project;
  }

  /** Starts these services, with so many nodes; those that run are left as they are. */
  void up(int nodes, String... services) {
    up(List.of("--scale", "node=" + nodes), services);
  }

  /** Starts these services, nodes not among them. */
  void up(String... services) {
    up(List.of(), services);
  }

  private void up(List<String> options, String... services) {
    List<String> all = new ArrayList<>(List.of("up", "-d", "--no-build", "--no-recreate"));
    all.addAll(options);
    all.addAll(List.of(services));
    run(all.toArray(String[]::new)).orThrow();
  }

  Docker.Outcome run(String... arguments) {
    return Docker.run(ENVIRONMENT, Docker.compose(project, arguments));
  }

  /**
   * docker/upgrade.sh for this project.
   *
   * @param tag of the image that the nodes are to have
   */
  Docker.Outcome upgrade(String tag) {
    var environment = new HashMap<>(ENVIRONMENT);
    environment.put("HOLDFAST_VERSION", tag);
    return Docker.run(
        environment, List.of("docker/upgrade.sh", "-f", "compose.yaml", "-p", project));
  }

  /** The containers of a service. */
  List<String> ids(String service) {
    return run("ps", "-q", service).orThrow().output().lines().filter(id -> !id.isBlank()).toList();
  }

  /** A command in the one container of a service. */
  Docker.Outcome exec(String service, String... command) {
    List<String> all = new ArrayList<>(List.of("docker", "exec", ids(service).get(0)));
    all.addAll(List.of(command));
    return Docker.run(Map.of(), all);
  }

  /** By redis-cli, with the password of people. */
  Docker.Outcome redis(String... command) {
    List<String> all = new ArrayList<>(List.of("docker", "exec", "-e"));
    all.add("REDISCLI_AUTH=" + secret("redis_admin_password"));
    all.addAll(List.of(ids("redis").get(0), "redis-cli", "--no-auth-warning", "-e"));
    all.addAll(List.of(command));
    return Docker.run(Map.of(), all);
  }

  static String secret(String name) {
    try {
      return Files.readString(SECRETS.resolve(name)).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Until there are so many nodes, and each knows of them all. */
  void awaitEachSees(int count) {
    Awaitility.await("each of " + count + " sees them all")
        .atMost(TIMEOUT)
        .pollInterval(Duration.ofSeconds(1))
        .until(
            () ->
                ids("node").size() == count
                    && ids("node").stream().allMatch(node -> sees(node, count)));
  }

  @Override
  public void close() {
    run("down", "-v", "--remove-orphans");
  }

  /** By Redis and on the bus; asked from within, as nothing of it can be reached from outside. */
  private static boolean sees(String node, int count) {
    String java = "java -cp /app/holdfast.jar dev.holdfast.app.HealthCommand";
    List<String> command = new ArrayList<>(List.of("docker", "exec", node));
    command.addAll(List.of(java.split(" ")));
    command.add("http://127.0.0.1:8081/metrics");
    String metrics = Docker.run(Map.of(), command).output();
    return List.of("holdfast_nodes_live", "cluster_members").stream()
        .allMatch(
            name ->
                Pattern.compile("^" + name + " " + count + "\\.0$", Pattern.MULTILINE)
                    .matcher(metrics)
                    .find());
  }
}
