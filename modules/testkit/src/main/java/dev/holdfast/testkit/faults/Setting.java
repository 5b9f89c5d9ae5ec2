package dev.holdfast.testkit.faults;

import dev.holdfast.testkit.ClusterOptions;
import dev.holdfast.testkit.TestCluster;
import dev.holdfast.testkit.TestRedis;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The cluster and Redis that the scenarios of one group are played on. */
public final class Setting implements AutoCloseable {
  /** Of the services among the cluster's wires. */
  public static final String SERVICES = "services";

  /** Of a node, as test clusters have it. */
  static final Duration LEASE = Duration.ofSeconds(4);

  private final TestCluster cluster;
  private final @Nullable ReplicatedRedis replicated;

  private Setting(TestCluster cluster, @Nullable ReplicatedRedis replicated) {
    this.cluster = cluster;
    this.replicated = replicated;
  }

  /** Starts it; a test that can't have it here is skipped. */
  public static Setting of(Scenario.Group group) {
    if (group == Scenario.Group.CLOCK) {
      return new Setting(TestCluster.start(group.options(), TestRedis.clockedOrSkip()), null);
    }
    TestRedis redis = TestRedis.own();
    var cluster = TestCluster.start(group.options(), redis);
    return group == Scenario.Group.REPLICA
        ? new Setting(cluster, ReplicatedRedis.of(redis, cluster.wires()))
        : new Setting(cluster, null);
  }

  /** With a replica of Redis; for other runs than scenarios. */
  public static Setting replicated(ClusterOptions options) {
    TestRedis redis = TestRedis.own();
    var cluster = TestCluster.start(options.withWires(), redis);
    return new Setting(cluster, ReplicatedRedis.of(redis, cluster.wires()));
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

  @Override
  public void close() {
    cluster.close();
    if (replicated != null) {
      replicated.close();
    }
  }
}
