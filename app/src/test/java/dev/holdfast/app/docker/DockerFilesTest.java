package dev.holdfast.app.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/** What needs no engine: that the files of docker/ name the same ports and mount what is read. */
class DockerFilesTest {
  private static final Path DOCKER = Path.of("..", "docker");

  private final Map<?, ?> compose = read("compose.yaml").get(0);
  private final Map<?, ?> settings = read("holdfast.yaml").get(0);

  @Test
  void everySecretThatIsReadIsMountedAndMade() throws IOException {
    String scripts = text("secrets.sh") + text("credentials.sh");
    map(compose, "services")
        .forEach(
            (name, service) -> {
              List<Object> mounted = list(service, "secrets");
              map(service, "environment")
                  .forEach(
                      (variable, path) -> {
                        if (variable.toString().endsWith("_FILE")) {
                          String secret = path.toString().replace("/run/secrets/", "");
                          assertTrue(mounted.contains(secret), name + " reads " + path);
                        }
                      });
              mounted.forEach(
                  secret -> {
                    Object file = map(map(compose, "secrets"), secret).get("file");
                    assertEquals("secrets/" + secret, file);
                    assertTrue(scripts.contains(secret.toString()), secret + " is made by none");
                  });
            });
  }

  @Test
  void withSentinelsWhatIsReadIsMountedAndMadeToo() throws IOException {
    Map<?, ?> over = read("compose.sentinel.yaml").get(0);
    assertSecretsOf(over, text("watched.sh") + text("sentinel.sh"));
    Object read = map(map(over, "services").get("node"), "environment");
    assertEquals(
        "/run/secrets/sentinel_password", map(read).get("HOLDFAST_REDIS_SENTINEL_SECRET_FILE"));
  }

  @Test
  void aClustersServersAreTheSameEverywhere() throws IOException {
    Map<?, ?> over = read("compose.cluster.yaml").get(0);
    assertSecretsOf(over, text("clustered.sh") + text("cluster.sh"));
    Map<?, ?> services = map(over, "services");
    List<Object> servers = new ArrayList<>();
    for (Object name : list(services.get("cluster"), "depends_on")) {
      Object server = services.get(name);
      Object address = map(map(map(server, "networks"), "store")).get("ipv4_address");
      assertEquals(List.of("sh", "/etc/redis/clustered.sh", address), list(server, "command"));
      servers.add(address);
    }
    List<Object> made = list(services.get("cluster"), "command");
    assertEquals(servers, made.subList(2, made.size()));
    Object known = map(services.get("node"), "environment").get("HOLDFAST_REDIS_CLUSTER_ADDRESSES");
    assertEquals(servers, List.of(known.toString().split(",")));
  }

  /** That file lies over the other one. */
  private static void assertSecretsOf(Map<?, ?> over, String scripts) throws IOException {
    String pods = text("kubernetes/README.md");
    for (Object secret : map(over, "secrets").keySet()) {
      assertEquals("secrets/" + secret, map(map(over, "secrets"), secret).get("file"));
      assertTrue(text("secrets.sh").contains("keep " + secret), secret + " is made by none");
      assertTrue(pods.contains("docker/secrets/" + secret), secret + " is in no pod");
      boolean ofNodes = list(map(over, "services").get("node"), "secrets").contains(secret);
      assertTrue(ofNodes || scripts.contains("/run/secrets/" + secret), secret + ": read by none");
    }
    map(over, "services")
        .forEach(
            (name, service) ->
                list(service, "secrets")
                    .forEach(one -> assertTrue(map(over, "secrets").containsKey(one), "" + one)));
  }

  /** Whoever has the secret is trusted like a node. */
  @Test
  void theExampleJoinsByCredentialsOfItsOwn() {
    Object example = map(compose, "services").get("example");

    assertEquals(List.of("clock_credentials"), list(example, "secrets"));
    assertFalse(example.toString().contains("cluster_secret"), example.toString());
  }

  @Test
  void operatorsAreAnsweredWherePrometheusAndProbesAsk() throws IOException {
    Object port = map(map(settings, "gateway"), "management").get("port");

    String prometheus = read("prometheus/prometheus.yaml").toString();
    assertTrue(prometheus.contains("names=[front], type=A, port=" + port), prometheus);
    assertTrue(text("Dockerfile").contains("http://127.0.0.1:" + port + "/health/ready"));
    Object pod = pod();
    assertTrue(list(pod, "ports").contains(Map.of("name", "management", "containerPort", port)));
    for (String probe : List.of("startupProbe", "readinessProbe", "livenessProbe")) {
      assertEquals("management", map(map(pod, probe), "httpGet").get("port"));
    }
  }

  /**
   * Nodes on a busy machine were taken for dead while they started, and again for one slow answer.
   */
  @Test
  void aSlowStartAndSlowAnswersAreNotTakenForDeath() throws IOException {
    String image = text("Dockerfile");
    assertTrue(image.contains("--start-period=180s"), image);
    assertTrue(image.contains("--retries=6"), image);

    Object startup = map(pod(), "startupProbe");
    assertTrue(number(startup, "periodSeconds") * number(startup, "failureThreshold") >= 180);
    assertEquals(6, number(map(pod(), "readinessProbe"), "failureThreshold"));
  }

  private static int number(Object parent, String key) {
    return (Integer) map(parent).get(key);
  }

  @Test
  void aPodReadsItsSecretsWhereTheyAreMounted() throws IOException {
    String made = text("kubernetes/README.md");
    String mount = "/run/secrets/holdfast/";
    List<String> paths = new ArrayList<>();
    for (Object variable : list(pod(), "env")) {
      String value = String.valueOf(map(variable).get("value"));
      int at = value.indexOf(mount);
      if (at >= 0) {
        paths.add(value.substring(at + mount.length()).replaceAll("\\W.*", ""));
      }
    }

    assertEquals(
        List.of("cluster_secret", "redis_uri", "token_key"), paths.stream().sorted().toList());
    paths.forEach(name -> assertTrue(made.contains("docker/secrets/" + name), name));
    assertTrue(list(pod(), "volumeMounts").toString().contains("mountPath=/run/secrets/holdfast,"));
  }

  private static Map<?, ?> pod() {
    for (Map<?, ?> document : read("kubernetes/holdfast.yaml")) {
      if ("StatefulSet".equals(document.get("kind"))) {
        Map<?, ?> spec = map(map(map(document, "spec"), "template"), "spec");
        return map(list(spec, "containers").get(0));
      }
    }
    throw new AssertionError("no StatefulSet");
  }

  private static List<Map<?, ?>> read(String file) {
    List<Map<?, ?>> documents = new ArrayList<>();
    try {
      new Yaml().loadAll(text(file)).forEach(document -> documents.add(map(document)));
      return documents;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static String text(String file) throws IOException {
    return Files.readString(DOCKER.resolve(file));
  }

  private static Map<?, ?> map(Object value) {
    return (Map<?, ?>) value;
  }

  /** Empty where there is none. */
  private static Map<?, ?> map(Object parent, Object key) {
    Object value = map(parent).get(key);
    return value == null ? Map.of() : map(value);
  }

  private static List<Object> list(Object parent, Object key) {
    Object value = map(parent).get(key);
    return value == null ? List.of() : List.copyOf((List<?>) value);
  }
}
