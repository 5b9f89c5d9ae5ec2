package dev.holdfast.testkit;

import dev.holdfast.auth.TokenSigner;
import dev.holdfast.auth.config.AuthConfig;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Ids;
import dev.holdfast.embedded.FreePorts;
import dev.holdfast.testkit.client.ClientOptions;
import dev.holdfast.testkit.client.TestClients;
import dev.holdfast.testkit.client.WsTestClient;
import dev.holdfast.testkit.machine.Waits;
import dev.holdfast.testkit.wire.Wires;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A Redis of its own and nodes n1, n2, …, each a process on this machine with the class path of the
 * test; killed, paused and restarted for real. Ends with the test JVM, however that ends.
 *
 * <p>With {@link ClusterExtension} a failed test shows the last lines of every node's log. Methods
 * block until they are done; one thread at a time.
 */
public final class TestCluster implements AutoCloseable {
  private static final Set<TestCluster> OPEN = ConcurrentHashMap.newKeySet();
  private static final String SECRET = "a secret for tests alone, of more than 32 bytes";
  private static final Set<String> ALL = Set.of("subscribe:*", "publish:*", "request:*");
  private static final Duration TOKEN_LIFE = Duration.ofHours(1);

  private final TestRedis redis;
  private final TestClients clients = new TestClients();
  private final TokenSigner signer = new TokenSigner(SECRET, AuthConfig.DEFAULTS);
  private final List<TestNode> nodes = new ArrayList<>();
  private final List<Integer> memberPorts = new ArrayList<>();
  private final String name = "test-" + Ids.fresh().replace('_', '-');
  private final Path folder;
  private final @Nullable Wires wires;

  private TestCluster(TestRedis redis, boolean wired) {
    this.redis = redis;
    wires = wired ? new Wires(redis.uri()) : null;
    try {
      folder = Files.createDirectories(Path.of("target", "clusters", name).toAbsolutePath());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Nodes with the defaults of tests, all ready and members of one bus. */
  public static TestCluster start(int nodes) {
    return start(ClusterOptions.of(nodes));
  }

  public static TestCluster start(ClusterOptions options) {
    return start(options, TestRedis.own());
  }

  /**
   * @param redis closed with the cluster
   */
  public static TestCluster start(ClusterOptions options, TestRedis redis) {
    var cluster = new TestCluster(redis, options.wired());
    OPEN.add(cluster);
    try {
      cluster.place(options);
      cluster.nodes.forEach(TestNode::launch);
      cluster.awaitReady();
      return cluster;
    } catch (RuntimeException | Error e) {
      String logs = cluster.logTails();
      cluster.close();
      throw new IllegalStateException("the cluster did not start\n" + logs, e);
    }
  }

  public TestRedis redis() {
    return redis;
  }

  /**
   * @param number from 1
   */
  public TestNode node(int number) {
    return nodes.get(number - 1);
  }

  public TestNode node(String id) {
    return nodes.stream().filter(node -> node.id().equals(id)).findFirst().orElseThrow();
  }

  public List<TestNode> nodes() {
    return List.copyOf(nodes);
  }

  public List<URI> urls() {
    return nodes.stream().map(TestNode::url).toList();
  }

  public TestClients clients() {
    return clients;
  }

  /** Kills every node at once. */
  public void killAll() {
    nodes.forEach(TestNode::kill);
  }

  /** Starts, at once, those that do not run; all are ready and members when this returns. */
  public void startAll() {
    nodes.stream().filter(node -> !node.isRunning()).forEach(TestNode::launch);
    awaitReady();
  }

  /** Waits until every running node is ready, and each sees all of them. */
  public void awaitReady() {
    List<TestNode> running = nodes.stream().filter(TestNode::isRunning).toList();
    running.forEach(TestNode::awaitReady);
    for (TestNode node : running) {
      Waits.until(
          node.id() + " sees " + running.size() + " nodes",
          Duration.ofSeconds(120),
          Duration.ofMillis(100),
          () -> node.seesMembers(running.size()));
    }
  }

  /**
   * Returns the wires between its processes; of a cluster {@link ClusterOptions#withWires} alone.
   *
   * @throws IllegalStateException if it has none
   */
  public Wires wires() {
    if (wires == null) {
      throw new IllegalStateException("not wired: ClusterOptions.withWires()");
    }
    return wires;
  }

  /** A token that lasts an hour. */
  public String token(String tenant, String user, Set<String> permissions) {
    return signer.sign(new Caller.User(tenant, user, Set.of(), permissions), TOKEN_LIFE);
  }

  /** A token that may subscribe, publish and request everything within the tenant. */
  public String token(String tenant, String user) {
    return token(tenant, user, ALL);
  }

  /** Reconnects over all nodes, soon: the wait begins at 0 to 100 ms, and doubles to 1 s. */
  public WsTestClient client(String tenant, String user) {
    return client(tenant, user, urls());
  }

  /**
   * @param urls the first is connected to first
   */
  public WsTestClient client(String tenant, String user, List<URI> urls) {
    var options = ClientOptions.of(urls, token(tenant, user));
    return clients.client(options.withWaits(Duration.ofMillis(100), Duration.ofSeconds(1)));
  }

  /** The name under which members of the bus find each other. */
  public String busName() {
    return name;
  }

  /**
   * Returns what a process has to know to be a member. Members of a wired cluster trust each other
   * without one: its wires read what goes over them, to lose some of it.
   */
  public @Nullable String busSecret() {
    return wires == null ? "the secret of cluster " + name : null;
  }

  /** {@code host:port} of its members on the bus, for one that wants to join. */
  public List<String> members() {
    String host = wires == null ? Wires.BEHIND : Wires.PUBLIC;
    return memberPorts.stream().map(port -> host + ":" + port).toList();
  }

  /**
   * The ports of a member that is no node.
   *
   * @param publicHost by which the others reach it, if not by the one that it finds itself
   */
  public record Seat(int port, int messagePort, @Nullable String publicHost) {}

  /**
   * A seat for a service in this process, behind relays where the nodes are.
   *
   * @param party its name among the wires; that of all services of this process
   */
  public Seat seat(String party) {
    if (wires == null) {
      return new Seat(0, 0, null);
    }
    var seat = new Seat(FreePorts.take(), FreePorts.take(), Wires.PUBLIC);
    long self = ProcessHandle.current().pid();
    wires.member(party, () -> self, seat.port(), seat.messagePort());
    return seat;
  }

  /** The last lines of every node's log. */
  public String logTails() {
    var text = new StringBuilder();
    for (TestNode node : nodes) {
      text.append("\n---- ").append(node.id()).append(" (").append(node.log()).append(")\n");
      text.append(node.logTail());
    }
    return text.toString();
  }

  /** Ends clients, nodes (SIGKILL) and Redis; the logs stay. */
  @Override
  public void close() {
    OPEN.remove(this);
    try {
      clients.close();
    } finally {
      killAll();
      redis.close();
      if (wires != null) {
        wires.close();
      }
    }
  }

  static List<TestCluster> open() {
    return List.copyOf(OPEN);
  }

  private void place(ClusterOptions options) {
    for (int i = 0; i < options.nodes(); i++) {
      memberPorts.add(FreePorts.take());
    }
    for (int i = 0; i < options.nodes(); i++) {
      int port = FreePorts.take();
      var place =
          new TestNode.Place(
              "n" + (i + 1), port, memberPorts.get(i), folder, options.classPathFirst());
      int messagePort = FreePorts.take();
      NodeSettings settings = settings(place).with(Map.of("cluster.messagePort", messagePort));
      TestNode node = new TestNode(place, settings.with(options.settings()));
      nodes.add(node);
      if (wires != null) {
        wires.member(
            node.id(), () -> node.isRunning() ? node.pid() : -1, place.busPort(), messagePort);
      }
    }
  }

  /** Short times, so that tests of lost nodes need not wait long. */
  private NodeSettings settings(TestNode.Place place) {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("node", place.id());
    values.put("data", folder.resolve(place.id()).toString());
    values.put("gateways", 1);
    values.put("gateway.host", "127.0.0.1");
    values.put("gateway.port", place.port());
    values.put("gateway.heartbeat", "2s");
    values.put("gateway.publishRate", 10_000);
    values.put("limits.user.connects", 10_000);
    values.put("limits.user.publications", 100_000);
    values.put("limits.user.bytes", 1L << 30);
    values.put("limits.user.requests", 100_000);
    values.put("limits.user.connections", 10_000);
    values.put("limits.user.sessions", 100_000);
    values.put("limits.user.retainedChannels", 1_000_000);
    values.put("limits.user.retainedBytes", 64L << 30);
    values.put("limits.tenant.retainedBytes", 64L << 30);
    values.put("redis.uri", wires == null ? redis.uri() : wires.redisUri(place.id()));
    values.put("sessions.linger", "60s");
    values.put("lease.lease", "4s");
    values.put("lease.renewal", "1s");
    values.put("auth.keys", List.of(Map.of("algorithm", "HS256", "secret", SECRET)));
    values.put("cluster.name", name);
    values.put("cluster.host", Wires.BEHIND);
    values.put("cluster.port", place.busPort());
    if (wires == null) {
      values.put("cluster.secret", busSecret());
    } else {
      values.put("cluster.insecure", true);
      values.put("cluster.publicHost", Wires.PUBLIC);
    }
    values.put("cluster.members", members());
    return new NodeSettings(values);
  }
}
