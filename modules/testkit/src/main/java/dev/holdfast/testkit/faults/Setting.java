package dev.holdfast.testkit.faults;

import dev.holdfast.testkit.ClusterOptions;
import dev.holdfast.testkit.TestCluster;
import dev.holdfast.testkit.TestRedis;
import dev.holdfast.testkit.redis.ClusterServers;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The cluster and Redis that the scenarios of one group are played on. */
public final class Setting implements AutoCloseable {
  /** The name of the services among the cluster's wires. */
  public static final String SERVICES = "services";

  /** The lease of a node in test clusters. */
  static final Duration LEASE = Duration.ofSeconds(4);

  private final TestCluster cluster;
  private final @Nullable ReplicatedRedis replicated;
  private final @Nullable SentinelRedis sentinels;
  private final @Nullable ClusterServers servers;

  private Setting(
      TestCluster cluster,
      @Nullable ReplicatedRedis replicated,
      @Nullable SentinelRedis sentinels,
      @Nullable ClusterServers servers) {
    this.cluster = cluster;
    this.replicated = replicated;
    this.sentinels = sentinels;
    this.servers = servers;
  }

  private Setting(TestCluster cluster) {
    this(cluster, null, null, null);
  }

  /** Starts it; a test that can't have it here is skipped. */
  public static Setting of(Scenario.Group group) {
    if (group == Scenario.Group.CLOCK) {
      return new Setting(TestCluster.start(group.options(), TestRedis.clockedOrSkip()));
    }
    return switch (group) {
      case REPLICA -> replicated(group.options());
      case CLUSTER -> spread(group.options());
      case SENTINEL -> watched(group.options(), SentinelRedis.start());
      default -> new Setting(TestCluster.start(group.options(), TestRedis.own()));
    };
  }

  private static Setting watched(ClusterOptions options, SentinelRedis redis) {
    ClusterOptions all =
        options
            .with("redis.sentinel.addresses", redis.addresses())
            .with("redis.sentinel.master", redis.name());
    try {
      return new Setting(TestCluster.start(all, redis.first()), null, redis, null);
    } catch (RuntimeException | Error failed) {
      redis.close();
      throw failed;
    }
  }

  /** Nodes on a Redis Cluster; the Redis of the cluster of nodes is used by nobody. */
  private static Setting spread(ClusterOptions options) {
    TestRedis unused = TestRedis.own();
    ClusterServers servers = ClusterServers.start(unused.binary(), 3, 3);
    ClusterOptions all = options.with("redis.cluster.addresses", servers.addresses().subList(0, 2));
    try {
      return new Setting(TestCluster.start(all, unused), null, null, servers);
    } catch (RuntimeException | Error failed) {
      servers.close();
      throw failed;
    }
  }

  /** Makes a setting with a replica of Redis; for other runs than scenarios. */
  public static Setting replicated(ClusterOptions options) {
    TestRedis redis = TestRedis.own();
    var cluster = TestCluster.start(options.withWires(), redis);
    return new Setting(cluster, ReplicatedRedis.of(redis, cluster.wires()), null, null);
  }

  public TestCluster cluster() {
    return cluster;
  }

  public TestRedis redis() {
    return cluster.redis();
  }

  /**
   * @throws NullPointerException in a group that has no replica
   */
  public ReplicatedRedis replicated() {
    return Objects.requireNonNull(replicated, "a group without a replica");
  }

  /**
   * @throws NullPointerException in a group that has no sentinels
   */
  public SentinelRedis sentinels() {
    return Objects.requireNonNull(sentinels, "a group without sentinels");
  }

  /**
   * @throws NullPointerException in a group that is not on a Redis Cluster
   */
  public ClusterServers servers() {
    return Objects.requireNonNull(servers, "a group without a Redis Cluster");
  }

  @Override
  public void close() {
    cluster.close();
    if (servers != null) {
      servers.close();
    }
    if (replicated != null) {
      replicated.close();
    }
    if (sentinels != null) {
      sentinels.close();
    }
  }
}
