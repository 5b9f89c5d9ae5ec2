package dev.holdfast.app.docker;

import dev.holdfast.auth.TokenSigner;
import dev.holdfast.auth.config.AuthConfig;
import dev.holdfast.core.Caller;
import dev.holdfast.testkit.client.ClientOptions;
import dev.holdfast.testkit.client.TestClients;
import dev.holdfast.testkit.client.WsTestClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.lifecycle.Startables;
import org.testcontainers.utility.DockerImageName;

/** Nodes in containers and their Redis, with clients outside. Methods block; one thread. */
final class DockerCluster implements AutoCloseable {
  private static final String SECRET = "a secret for tests alone, of more than 32 bytes";
  private static final Duration TIMEOUT = Duration.ofSeconds(90);

  /** It leads nowhere: so the engine never publishes a node's port by it. */
  private final Network inner =
      Network.builder().createNetworkCmdModifier(create -> create.withInternal(true)).build();

  private final GenericContainer<?> redis =
      new GenericContainer<>(DockerImageName.parse(Docker.REDIS))
          .withNetwork(inner)
          .withNetworkAliases("redis")
          .withCommand(
              "redis-server", "--protected-mode", "no", "--appendonly", "yes", "--save", "");
  private final List<NodeContainer> nodes = new ArrayList<>();
  private final TestClients clients = new TestClients();
  private final TokenSigner signer = new TokenSigner(SECRET, AuthConfig.DEFAULTS);
  private final HttpClient http = HttpClient.newHttpClient();
  private final Path key = secretFile(SECRET);
  private int started;

  /** All of them ready, and members of one bus. */
  static DockerCluster start(int nodes) {
    var cluster = new DockerCluster();
    try {
      cluster.redis.start();
      for (int i = 0; i < nodes; i++) {
        cluster.place();
      }
      Startables.deepStart(cluster.nodes).join();
      cluster.awaitMembers(nodes);
      return cluster;
    } catch (RuntimeException | Error e) {
      cluster.close();
      throw e;
    }
  }

  /** A file that the user in a container may read, too. */
  static Path secretFile(String secret) {
    try {
      Path file = Files.createTempFile("holdfast-key", "");
      Files.writeString(file, secret);
      return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** That of Redis and of the bus. */
  String network() {
    return inner.getId();
  }

  List<NodeContainer> nodes() {
    return List.copyOf(nodes);
  }

  NodeContainer node(String id) {
    return nodes.stream()
        .filter(node -> node.getEnvMap().get("HOLDFAST_NODE").equals(id))
        .findFirst()
        .orElseThrow();
  }

  /** One more, ready. */
  NodeContainer add() {
    NodeContainer node = place();
    node.start();
    return node;
  }

  /** Forgets it, and removes it where it still is. */
  void remove(NodeContainer node) {
    nodes.remove(node);
    node.stop();
  }

  /**
   * @param urls where it connects, in turn from the first
   */
  WsTestClient client(String tenant, String user, List<URI> urls) {
    var all = Set.of("subscribe:*", "publish:*", "request:*");
    String token = signer.sign(new Caller.User(tenant, user, Set.of(), all), Duration.ofHours(1));
    return clients.client(
        ClientOptions.of(urls, token).withWaits(Duration.ofMillis(100), Duration.ofSeconds(1)));
  }

  /** Until every node knows of so many nodes, by Redis and on the bus. */
  void awaitMembers(int count) {
    for (NodeContainer node : nodes) {
      Awaitility.await(node.getEnvMap().get("HOLDFAST_NODE") + " sees " + count)
          .atMost(TIMEOUT)
          .until(
              () ->
                  isReady(node)
                      && metric(node, "holdfast_nodes_live") == count
                      && metric(node, "cluster_members") == count);
    }
  }

  /** False, too, where nothing answers. */
  boolean isReady(NodeContainer node) {
    try {
      return get(node.http("/health/ready")).statusCode() == 200;
    } catch (UncheckedIOException noAnswer) {
      return false;
    }
  }

  /** A metric without labels. */
  double metric(NodeContainer node, String name) {
    var line = Pattern.compile("^" + name + " (\\S+)$", Pattern.MULTILINE);
    var matcher = line.matcher(get(node.operators("/metrics")).body());
    return matcher.find() ? Double.parseDouble(matcher.group(1)) : Double.NaN;
  }

  @Override
  public void close() {
    clients.close();
    nodes.forEach(NodeContainer::stop);
    redis.stop();
    inner.close();
  }

  private NodeContainer place() {
    var node = new NodeContainer("n" + ++started, inner, key);
    nodes.add(node);
    return node;
  }

  private HttpResponse<String> get(URI uri) {
    try {
      var request = HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(5)).build();
      return http.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
