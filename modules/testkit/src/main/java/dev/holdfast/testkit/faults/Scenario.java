package dev.holdfast.testkit.faults;

import dev.holdfast.testkit.ClusterOptions;
import java.time.Duration;

/**
 * A fault: its script, and the time in which all must be well after it.
 *
 * @param group scenarios of one group share a cluster
 * @param within from the fault's end until all publish, read and are answered again
 * @param inCi whether it is one of the short ones that always run
 */
public record Scenario(String name, Group group, Duration within, boolean inCi, Script script) {
  /** The steps of a scenario on its stage. */
  @FunctionalInterface
  public interface Script {
    void run(Stage stage) throws Exception;
  }

  /** The kind of cluster that a group of scenarios needs. */
  public enum Group {
    /** Three nodes and a Redis. */
    THREE,
    /**
     * Two nodes, where sessions linger for 5 s only. A node that a busy machine stops for some
     * seconds keeps its lease: else its sessions linger before the fault.
     */
    SHORT_LINGER,
    /** Two nodes, whose Redis has a replica. */
    REPLICA,
    /** Two nodes; Redis' clock can be set. */
    CLOCK,
    /** Two nodes, whose Redis has replicas and sentinels. */
    SENTINEL,
    /** Two nodes on a Redis Cluster of three masters with a replica each. */
    CLUSTER;

    ClusterOptions options() {
      ClusterOptions nodes = ClusterOptions.of(this == THREE ? 3 : 2).withWires();
      return this == SHORT_LINGER ? shortLinger(nodes) : nodes;
    }

    private static ClusterOptions shortLinger(ClusterOptions nodes) {
      return nodes.with("sessions.linger", "5s").with("lease.lease", "8s");
    }
  }

  static Scenario of(String name, Script script) {
    return new Scenario(name, Group.THREE, Duration.ofSeconds(30), true, script);
  }

  /** Returns the same as a long one, which runs only if all are asked for. */
  Scenario longOne() {
    return new Scenario(name, group, within, false, script);
  }

  Scenario on(Group other) {
    return new Scenario(name, other, within, inCi, script);
  }

  Scenario within(Duration time) {
    return new Scenario(name, group, time, inCi, script);
  }

  @Override
  public String toString() {
    return name;
  }
}
