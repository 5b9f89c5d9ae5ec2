package dev.holdfast.loadtest.targets.local;

import dev.holdfast.auth.DevelopmentKey;
import dev.holdfast.cluster.ClusterSecret;
import dev.holdfast.core.process.SecretFile;
import dev.holdfast.embedded.EmbeddedRedis;
import dev.holdfast.embedded.EmbeddedRedisConfig;
import dev.holdfast.embedded.EmbeddedRedisException;
import dev.holdfast.embedded.FreePorts;
import dev.holdfast.embedded.processes.ChildProcess;
import dev.holdfast.embedded.processes.LocalNode;
import dev.holdfast.loadtest.plan.Address;
import dev.holdfast.loadtest.plan.Address.BusAddress;
import dev.holdfast.loadtest.targets.Http;
import dev.holdfast.loadtest.targets.MetricsText;
import dev.holdfast.loadtest.targets.Target;
import dev.holdfast.loadtest.targets.TargetException;
import dev.holdfast.loadtest.targets.TargetNode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A Redis and nodes on this machine, all in one cluster, that end with this process. The Redis and
 * the nodes' logs are in the folder.
 */
public final class OwnCluster implements Target {
  private static final String NAME = "load";
  private static final Duration TIMEOUT = Duration.ofSeconds(120);
  private static final Duration TERMINATION = Duration.ofSeconds(60);
  private static final long POLL_MS = 100;

  private final OwnClusterConfig config;
  private final Path folder;
  private final Map<TargetNode, LocalNode> nodes = new LinkedHashMap<>();
  private final List<String> members = new ArrayList<>();

  @SuppressWarnings("NullAway.Init")
  private EmbeddedRedis redis;

  @SuppressWarnings("NullAway.Init")
  private Path redisUri;

  @SuppressWarnings("NullAway.Init")
  private String secret;

  @SuppressWarnings("NullAway.Init")
  private String busSecret;

  private boolean closed;

  /**
   * @param folder is there, and empty
   */
  public OwnCluster(OwnClusterConfig config, Path folder) {
    this.config = config;
    this.folder = folder;
  }

  @Override
  public void start() throws InterruptedException {
    try {
      secret = DevelopmentKey.of(folder).secret();
      busSecret = ClusterSecret.of(folder);
    } catch (IOException e) {
      throw new TargetException("no key: " + e.getMessage());
    }
    startProcesses();
    config.processors().move("redis", redis.pid());
    awaitReady();
  }

  private synchronized void startProcesses() {
    if (closed) {
      throw new TargetException("ended");
    }
    try {
      var fsync = EmbeddedRedisConfig.Fsync.valueOf(config.fsync().name());
      var settings = EmbeddedRedisConfig.in(folder.resolve("redis")).withFsync(fsync);
      redis = EmbeddedRedis.start(settings);
      // By a file: all users of a machine read command lines.
      redisUri = SecretFile.create(folder.resolve("redis.uri"), redis.uri());
    } catch (EmbeddedRedisException e) {
      throw new TargetException(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      throw new TargetException("redis.uri can't be written: " + e);
    }
    prepare();
    nodes.values().forEach(LocalNode::start);
  }

  /** Each knows the others' addresses. */
  private void prepare() {
    List<Integer> ports = Stream.generate(FreePorts::take).limit(3L * config.nodes()).toList();
    for (int i = 0; i < config.nodes(); i++) {
      members.add("127.0.0.1:" + ports.get(3 * i));
    }
    for (int i = 0; i < config.nodes(); i++) {
      var url = URI.create("http://127.0.0.1:" + ports.get(3 * i + 2));
      var node = new TargetNode("node-" + (i + 1), url);
      List<String> arguments = arguments(node, ports.subList(3 * i, 3 * i + 3));
      List<String> command = config.server().command(config.jvmOptions(), arguments);
      List<String> placed = config.processors().on("nodes", command);
      Path log = folder.resolve(node.name() + ".log");
      nodes.put(node, new LocalNode(node.name(), url, log, () -> ChildProcess.command(placed)));
    }
  }

  private List<String> arguments(TargetNode node, List<Integer> ports) {
    List<String> arguments = new ArrayList<>(List.of("serve", "--end-with-stdin"));
    arguments.addAll(List.of("--node-id", node.name(), "--port", ports.get(2).toString()));
    arguments.addAll(List.of("--set", "redis.uri.file=" + redisUri));
    arguments.addAll(List.of("--key-file", folder.resolve(DevelopmentKey.FILE).toString()));
    arguments.addAll(List.of("--data", folder.resolve(node.name()).toString()));
    arguments.addAll(List.of("--members", String.join(",", members)));
    arguments.addAll(List.of("--log-level", "warn"));
    arguments.addAll(List.of("--set", "cluster.name=" + NAME));
    Path busSecretFile = folder.resolve(ClusterSecret.FILE);
    arguments.addAll(List.of("--set", "cluster.secret.file=" + busSecretFile));
    arguments.addAll(List.of("--set", "cluster.port=" + ports.get(0)));
    arguments.addAll(List.of("--set", "cluster.messagePort=" + ports.get(1)));
    config
        .settings()
        .forEach((key, value) -> arguments.addAll(List.of("--set", key + "=" + value)));
    return arguments;
  }

  /** Returns when each takes connections and sees all the others. */
  private void awaitReady() throws InterruptedException {
    long until = System.nanoTime() + TIMEOUT.toNanos();
    for (TargetNode node : nodes()) {
      while (!ready(node)) {
        String trouble = trouble();
        if (trouble != null || System.nanoTime() > until) {
          throw new TargetException(
              trouble != null ? trouble : node.name() + " was not ready within " + TIMEOUT);
        }
        Thread.sleep(POLL_MS);
      }
    }
  }

  @Override
  public Address address() {
    List<URI> urls = nodes().stream().map(TargetNode::url).toList();
    return new Address(urls, null, secret, new BusAddress(NAME, List.copyOf(members), busSecret));
  }

  @Override
  public List<TargetNode> nodes() {
    return List.copyOf(nodes.keySet());
  }

  @Override
  public String redis() {
    return redis.uri();
  }

  @Override
  public OptionalLong pid(TargetNode node) {
    LocalNode own = own(node);
    return own.isRunning() ? OptionalLong.of(own.pid()) : OptionalLong.empty();
  }

  @Override
  public void kill(TargetNode node) {
    own(node).kill();
  }

  private LocalNode own(TargetNode node) {
    LocalNode own = nodes.get(node);
    if (own == null) {
      throw new TargetException("there is no node " + node.name());
    }
    return own;
  }

  @Override
  public void terminate(TargetNode node) throws InterruptedException {
    if (!own(node).terminate(TERMINATION)) {
      throw new TargetException(node.name() + " did not end within " + TERMINATION);
    }
  }

  @Override
  public synchronized void restart(TargetNode node) {
    if (!closed) {
      own(node).start();
    }
  }

  /**
   * Returns whether the node is ready and sees all others that run; workers may be members besides.
   */
  @Override
  public boolean ready(TargetNode node) throws InterruptedException {
    if (!own(node).isReady()) {
      return false;
    }
    long running = nodes().stream().filter(each -> pid(each).isPresent()).count();
    try {
      var metrics = new MetricsText(Http.get(node.operators(), "/metrics", null).body());
      Double members = metrics.sum("cluster_members", "");
      return members != null && members >= running;
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public @Nullable String trouble() {
    if (!redis.isAlive()) {
      return "Redis ended by itself";
    }
    return nodes.values().stream()
        .map(LocalNode::trouble)
        .filter(Objects::nonNull)
        .findFirst()
        .orElse(null);
  }

  @Override
  public Map<String, String> environment() {
    var environment = new LinkedHashMap<String, String>();
    environment.put("target", config.nodes() + " nodes of its own on this machine");
    environment.put(
        "redis", redis.version() + ", appendfsync " + config.fsync().name().toLowerCase());
    environment.put("node JVM", String.join(" ", config.jvmOptions()));
    environment.put("processors", config.processors().toString());
    return environment;
  }

  @Override
  public synchronized void close() {
    closed = true;
    nodes.values().forEach(LocalNode::kill);
    if (redis != null) {
      redis.kill();
    }
  }
}
