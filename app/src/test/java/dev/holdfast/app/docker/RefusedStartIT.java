package dev.holdfast.app.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.Ids;
import dev.holdfast.testkit.Repeatedly;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;

/** What an operator gets wrong: the container ends, and its last line says what to do. */
@ExtendWith(NeedsDocker.class)
class RefusedStartIT {
  private static final Path FAKE_TIME =
      Path.of("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1");
  private static final String NAME = "holdfast-refused-" + Ids.fresh();
  private static final String KEY = "/run/secrets/token_key";
  private static final String SECRET = "a secret for tests alone, of more than 32 bytes";

  private static DockerCluster cluster;
  private static NodeContainer node;
  private static Path key;

  @BeforeAll
  static void start() {
    key = DockerCluster.secretFile(SECRET);
    cluster = DockerCluster.start(1);
    node = cluster.nodes().get(0);
  }

  @AfterAll
  static void stop() {
    if (cluster != null) {
      cluster.close();
    }
  }

  @Repeatedly
  void aSecretThatIsMissing() {
    refused(
        3, List.of(), "auth.keys.0.secret (/app/holdfast.yaml): file " + KEY + " can't be read");
  }

  @Repeatedly
  void aSecretThatCanNotBeRead() throws IOException {
    Path closed = Files.createTempFile("holdfast-key", "");
    Files.writeString(closed, SECRET);
    Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rw-------"));
    refused(3, List.of("-v", closed + ":" + KEY + ":ro"), "file " + KEY + " can't be read");
  }

  @Repeatedly
  void aRedisThatIsNotThere() {
    refusedWithKey(
        4,
        List.of("-e", "HOLDFAST_REDIS_URI=redis://redis:1"),
        "check redis.uri, and that Redis runs and can be reached from here");
  }

  @Repeatedly
  void aRedisWithoutAnAddress() {
    refusedWithKey(
        4,
        List.of("-e", "HOLDFAST_REDIS_URI=redis://nowhere"),
        "redis://nowhere: ",
        "check redis.uri");
  }

  @Repeatedly
  void aPasswordThatRedisRefuses() {
    String refusal =
        refusedWithKey(
            4,
            List.of("-e", "HOLDFAST_REDIS_URI=redis://ann:geheim@redis"),
            "check user and password in redis.uri");
    assertTrue(refusal.contains("WRONGPASS") && !refusal.contains("geheim"), refusal);
  }

  @Repeatedly
  void portsThatAreTaken() {
    var shared = List.of("--network", "container:" + node.getContainerId());
    refusedWithKey(4, shared, "gateway.port: 8080 at 0.0.0.0 is not available");
    refusedWithKey(
        4,
        with(
            shared,
            "-e",
            "HOLDFAST_GATEWAY_PORT=8081",
            "-e",
            "HOLDFAST_CLUSTER_HOST=bus",
            "-e",
            "HOLDFAST_CLUSTER_INSECURE=true"),
        "cluster.port: 5701 at",
        "end what has it, or choose another");
  }

  @Repeatedly
  void tooLittleMemory() {
    refusedWithKey(
        4, List.of("--memory", "128m"), "128 MiB of memory are too little: give the container");
  }

  @Repeatedly
  void aDataFolderThatCanNotBeWrittenTo() {
    refusedWithKey(4, List.of("--tmpfs", "/data/files:ro"), "/data/files");
  }

  @Repeatedly
  void aBusThatIsOpenToItsNetwork() {
    refusedWithKey(
        3,
        List.of("-e", "HOLDFAST_CLUSTER_HOST=bus"),
        "beyond loopback, as at bus, members have to prove themselves: give all members one secret");
  }

  @Repeatedly
  void aHostOfTheBusThatIsAnothers() {
    refusedWithKey(
        4,
        List.of("-e", "HOLDFAST_CLUSTER_HOST=redis", "-e", "HOLDFAST_CLUSTER_INSECURE=true"),
        "cluster.host: redis is at",
        "none of which is this machine's");
  }

  @Repeatedly
  void aNodeOfAnotherVersion() throws IOException {
    Path jar = withVersion(Docker.ROOT.resolve("app/target/holdfast.jar"), "7.0.0");
    String refusal =
        refusedWithKey(
            4,
            List.of("-v", jar + ":/app/holdfast.jar:ro"),
            "and this one of 7.0.0, which do not run together: upgrade by one minor version at a time");
    assertTrue(refusal.matches("(?s).*node n1 at (?!0\\.0)[0-9.]+:8080 is of version.*"), refusal);
  }

  @Repeatedly
  void aClockThatIsOffByMinutes() {
    Assumptions.assumeTrue(Files.exists(FAKE_TIME), FAKE_TIME + " is not here to fake a clock");
    refusedWithKey(
        4,
        List.of(
            "-v",
            FAKE_TIME + ":/faketime.so:ro",
            "-e",
            "LD_PRELOAD=/faketime.so",
            "-e",
            "FAKETIME=+5m",
            "-e",
            "FAKETIME_DONT_FAKE_MONOTONIC=1"),
        "the clock of this machine is",
        "s ahead of that of Redis",
        "synchronise both (NTP)");
  }

  private static String refusedWithKey(int code, List<String> options, String... texts) {
    return refused(code, with(options, "-v", key + ":" + KEY + ":ro"), texts);
  }

  /**
   * Its whole output, of which the line that begins with "holdfast:" is the one for the operator.
   */
  private static String refused(int code, List<String> options, String... texts) {
    List<String> command = new ArrayList<>(List.of("docker", "run", "--name", NAME, "--read-only"));
    command.addAll(List.of("--cap-drop", "ALL", "--memory", "512m"));
    if (!options.contains("--network")) {
      command.addAll(List.of("--network", cluster.network()));
    }
    command.addAll(options);
    command.add(Docker.image());
    Docker.Outcome outcome = run(command);
    assertEquals(code, outcome.code(), outcome.output());
    int line = outcome.output().lastIndexOf("holdfast: ");
    assertNotEquals(-1, line, outcome.output());
    String refusal = outcome.output().substring(line);
    Arrays.stream(texts).forEach(text -> assertTrue(refusal.contains(text), outcome.output()));
    return refusal;
  }

  /** Also one that does not end does not stay. */
  private static Docker.Outcome run(List<String> command) {
    try {
      return Docker.run(Map.of(), command);
    } finally {
      Docker.run("docker", "rm", "-f", "-v", NAME);
    }
  }

  private static List<String> with(List<String> options, String... more) {
    List<String> all = new ArrayList<>(options);
    all.addAll(Arrays.asList(more));
    return all;
  }

  private static Path withVersion(Path jar, String version) throws IOException {
    Path other = Files.createTempFile("holdfast", ".jar");
    try (var from = new JarFile(jar.toFile())) {
      var manifest = from.getManifest();
      manifest.getMainAttributes().put(Attributes.Name.IMPLEMENTATION_VERSION, version);
      try (var to = new JarOutputStream(Files.newOutputStream(other), manifest)) {
        for (var entry :
            from.stream().filter(e -> !e.getName().equals(JarFile.MANIFEST_NAME)).toList()) {
          to.putNextEntry(new ZipEntry(entry.getName()));
          from.getInputStream(entry).transferTo(to);
        }
      }
    }
    return Files.setPosixFilePermissions(other, PosixFilePermissions.fromString("rw-r--r--"));
  }
}
