package dev.holdfast.app.start;

import com.sun.management.OperatingSystemMXBean;
import dev.holdfast.app.config.HoldfastConfig;
import dev.holdfast.cluster.ClusterConfig;
import dev.holdfast.cluster.JoinException;
import dev.holdfast.connections.NodeInfo;
import dev.holdfast.core.NodeId;
import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisConfig;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.redis.server.Advice;
import dev.holdfast.sessions.connections.LiveNodes;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * Checks of a node before it serves, so that what would fail later, and strangely, is reported at
 * once and by name: enough memory, a clock that agrees with Redis', nodes that it can run with.
 * Failures are {@link StartException}s.
 */
public final class StartChecks {
  /** A node with nothing to do takes about 150 MiB. */
  private static final long LEAST_MEMORY = 224L << 20;

  /**
   * Most difference of clocks. Only tokens are judged by a node's own clock; leases and retention
   * go by Redis'.
   */
  private static final Duration CLOCK_LIMIT = Duration.ofSeconds(30);

  private static final Duration TIMEOUT = Duration.ofSeconds(15);

  /** Sentinels and clusters take that long to promote another server, as they are usually set. */
  private static final Duration PROMOTION = Duration.ofSeconds(60);

  private static final long RETRY_MS = 250;
  private static final Pattern REFUSAL =
      Pattern.compile("WRONGPASS|NOAUTH|NOPERM|invalid password");

  private StartChecks() {}

  /** Checks the memory of the container if there is one, else of the machine. */
  public static void memory() {
    var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    Optional<String> problem = memory(system.getTotalMemorySize());
    if (problem.isPresent()) {
      throw new StartException(problem.get());
    }
  }

  static Optional<String> memory(long bytes) {
    return bytes >= LEAST_MEMORY
        ? Optional.empty()
        : Optional.of(
            "%d MiB of memory are too little: give the container 256 MiB at the least, better 512"
                .formatted(bytes >> 20));
  }

  /** All that will be listened at; 0 is a free one. */
  public static void ports(HoldfastConfig config) {
    port("gateway.port", config.gateway().host(), config.gateway().port());
    ClusterConfig cluster = atOwnAddress(config.cluster());
    port("cluster.port", cluster.host(), cluster.port());
    port("cluster.messagePort", cluster.host(), cluster.messagePortToUse());
  }

  /**
   * @throws StartException if the host has no address of this machine
   */
  static ClusterConfig atOwnAddress(ClusterConfig cluster) {
    try {
      return cluster.atOwnAddress();
    } catch (JoinException e) {
      throw new StartException(e.getMessage(), e);
    }
  }

  private static void port(String setting, String host, int port) {
    try (var socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(host, port));
    } catch (IOException e) {
      throw new StartException(
          "%s: %d at %s is not available (%s): end what uses it, or choose another"
              .formatted(setting, port, host, e.getMessage()),
          e);
    }
  }

  /**
   * Waits some seconds for a Redis that starts at the same time, and until it takes writes: one
   * whose replicas are needed may have none yet. Does not wait for one that refuses. If sentinels
   * name it, it waits for a minute, whatever is said: there may be no master for a while.
   *
   * @param vertx not a member of the bus: that is not to be joined before
   * @param failed gets why the last try failed
   */
  public static Future<Void> redis(Vertx vertx, RedisConfig redis, Consumer<String> failed) {
    Duration patience = redis.promotes() ? PROMOTION : TIMEOUT;
    return open(vertx, redis, System.nanoTime() + patience.toNanos(), failed)
        .compose(link -> check(link).eventually(link::close));
  }

  private static Future<RedisLink> open(
      Vertx vertx, RedisConfig redis, long until, Consumer<String> failed) {
    return RedisLink.open(vertx, redis, "start", new SimpleMeterRegistry())
        .compose(StartChecks::written)
        .onFailure(failure -> failed.accept(failure.getMessage()))
        .recover(
            failure ->
                isFinal(redis, failure) || System.nanoTime() > until
                    ? Future.failedFuture(unusable(redis, failure))
                    : vertx.timer(RETRY_MS).compose(now -> open(vertx, redis, until, failed)));
  }

  /** Writes nothing, by a command that a server refuses that takes no writes. */
  private static Future<RedisLink> written(RedisLink link) {
    return link.send("DEL", Keys.nothing())
        .map(link)
        .recover(refused -> link.close().transform(closed -> Future.failedFuture(refused)));
  }

  /** One of several servers may refuse, and another be the one. */
  private static boolean isFinal(RedisConfig redis, Throwable failure) {
    return !redis.promotes() && isRefusal(failure);
  }

  private static boolean isRefusal(Throwable failure) {
    return REFUSAL.matcher(String.valueOf(failure.getMessage())).find();
  }

  private static StartException unusable(RedisConfig redis, Throwable failure) {
    String settings =
        redis.cluster() != null
            ? "redis.uri and redis.cluster"
            : redis.sentinel() != null ? "redis.uri and redis.sentinel" : "redis.uri";
    String advice = Advice.of(String.valueOf(failure.getMessage()));
    String what =
        isRefusal(failure)
            ? "; check user and password in " + settings
            : advice.isEmpty()
                ? "; check " + settings + ", and that Redis runs and can be reached from here"
                : "; " + advice;
    return new StartException(failure.getMessage() + what, failure);
  }

  private static Future<Void> check(RedisLink link) {
    return link.send("TIME")
        .map(time -> clock(System.currentTimeMillis() / 1_000 - time.at(0).asLong()))
        .compose(StartChecks::orElseFail)
        .compose(fine -> LiveNodes.read(link))
        .map(nodes -> versions(nodes, Release.own()))
        .compose(StartChecks::orElseFail)
        .compose(fine -> LiveNodes.topologies(link))
        .map(nodes -> topologies(nodes, link.topology()))
        .compose(StartChecks::orElseFail);
  }

  /**
   * @param nodes what names the master for each of them
   */
  static Optional<String> topologies(Map<NodeId, String> nodes, String own) {
    return nodes.entrySet().stream()
        .filter(node -> !node.getValue().equals(own))
        .findFirst()
        .map(
            node ->
                "node %s finds Redis by %s and this one by %s: after a failover they would write to two servers. Give all nodes the same, and stop all of them before you change it (one that was killed counts until its lease ends, a minute at most)"
                    .formatted(node.getKey().id(), setting(node.getValue()), setting(own)));
  }

  private static String setting(String topology) {
    return "server".equals(topology) ? "redis.uri alone" : "redis." + topology;
  }

  /**
   * @param aheadSeconds how much this machine's clock shows more than Redis'
   */
  static Optional<String> clock(long aheadSeconds) {
    return Math.abs(aheadSeconds) <= CLOCK_LIMIT.toSeconds()
        ? Optional.empty()
        : Optional.of(
            "the clock of this machine is %d s %s that of Redis, and tokens would be judged by a wrong time: synchronise both (NTP)"
                .formatted(Math.abs(aheadSeconds), aheadSeconds > 0 ? "ahead of" : "behind"));
  }

  static Optional<String> versions(Map<NodeId, NodeInfo> nodes, String version) {
    return nodes.entrySet().stream()
        .filter(node -> !Release.of(version).runsWith(Release.of(node.getValue().version())))
        .findFirst()
        .map(
            node ->
                "node %s at %s is of version %s and this one of %s, which do not run together:"
                        .formatted(
                            node.getKey().id(),
                            node.getValue().address(),
                            node.getValue().version(),
                            version)
                    + " upgrade by one minor version at a time, or stop all nodes first");
  }

  private static Future<Void> orElseFail(Optional<String> problem) {
    return problem.isEmpty()
        ? Future.succeededFuture()
        : Future.failedFuture(new StartException(problem.get()));
  }
}
