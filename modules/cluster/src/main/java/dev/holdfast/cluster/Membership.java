package dev.holdfast.cluster;

import com.hazelcast.config.ClassFilter;
import com.hazelcast.config.Config;
import com.hazelcast.config.ExecutorConfig;
import com.hazelcast.config.JavaSerializationFilterConfig;
import com.hazelcast.config.MapConfig;
import com.hazelcast.config.MultiMapConfig;
import com.hazelcast.config.NetworkConfig;
import com.hazelcast.config.SocketInterceptorConfig;
import com.hazelcast.spi.impl.executionservice.ExecutionService;

/**
 * Sets up Hazelcast. It only knows the members and the addresses that each of them serves on the
 * bus. Members are found by the configured list, never by multicast. A killed member is removed
 * when its connections break, a silent one after the heartbeat timeout.
 */
final class Membership {
  /** Number of backups: two members may be lost at once without the others' registrations. */
  private static final int BACKUPS = 2;

  private static final int CONNECT_SECONDS = 2;

  /**
   * Number of partitions, the same at all members. They hold some hundred small entries. Each
   * partition costs a migration when a member comes or goes: with the default of 271 that is a
   * fifth of a node's start.
   */
  private static final int PARTITIONS = 31;

  private Membership() {}

  /**
   * Threads for connections that are opened or accepted. A slow proof delays neither other proofs
   * nor other tasks.
   */
  static final int TASKS = 64;

  /**
   * Classes that may be read by Java's own serialization: failures of another member, and their
   * contents. Everything else that members exchange has Hazelcast's own form.
   */
  private static final String[] READ = {
    "java.lang.", "com.hazelcast.", "java.util.concurrent.", "[Ljava.lang.", "[Ljava.util.Map$"
  };

  private static final String[] READ_CLASSES = {
    "java.util.ArrayList",
    "java.util.Collections$EmptyList",
    "java.util.Collections$UnmodifiableList",
    "java.util.Collections$UnmodifiableCollection",
    "java.util.UUID",
    "java.util.HashMap",
    "java.util.LinkedHashMap",
    "java.io.IOException",
    "java.io.EOFException",
    "java.net.ConnectException",
    "java.net.SocketException",
    "java.net.SocketTimeoutException",
    "java.nio.channels.ClosedChannelException"
  };

  static Config config(ClusterConfig cluster) {
    var config = new Config().setClusterName(cluster.name());
    quiet(config);
    filter(config);
    failureDetection(config, cluster);
    network(config.getNetworkConfig(), cluster);
    config.setProperty("hazelcast.partition.count", Integer.toString(PARTITIONS));
    config.setProperty("hazelcast.socket.bind.any", "false");
    config.addExecutorConfig(new ExecutorConfig(ExecutionService.IO_EXECUTOR, TASKS));
    config.setProperty("hazelcast.local.localAddress", cluster.host());
    // Vert.x keeps the registrations and the members' addresses in these.
    config.addMultiMapConfig(
        new MultiMapConfig("__vertx.subs")
            .setBackupCount(BACKUPS)
            .setValueCollectionType(MultiMapConfig.ValueCollectionType.SET));
    config.addMapConfig(new MapConfig("__vertx.*").setBackupCount(BACKUPS));
    return config;
  }

  private static void network(NetworkConfig network, ClusterConfig cluster) {
    network.setPort(cluster.port()).setPortAutoIncrement(false).setReuseAddress(true);
    if (cluster.publicHost() != null) {
      network.setPublicAddress(
          cluster.port() == 0
              ? cluster.publicHost()
              : new HostPort(cluster.publicHost(), cluster.port()).toString());
    }
    // Without it Hazelcast does not ask for the handshake.
    network.setSocketInterceptorConfig(
        new SocketInterceptorConfig().setEnabled(cluster.guarded()).setClassName("Handshake"));
    var join = network.getJoin();
    join.getAutoDetectionConfig().setEnabled(false);
    join.getMulticastConfig().setEnabled(false);
    join.setTcpIpConfig(
        new MemberAddresses(cluster.members())
            .setEnabled(true)
            .setConnectionTimeoutSeconds(CONNECT_SECONDS));
  }

  /** Limits what is read by Java's serialization; the defaults would allow all of Java. */
  private static void filter(Config config) {
    ClassFilter allowed = new ClassFilter().addPrefixes(READ).addClasses(READ_CLASSES);
    config
        .getSerializationConfig()
        .setJavaSerializationFilterConfig(
            new JavaSerializationFilterConfig().setDefaultsDisabled(true).setWhitelist(allowed));
  }

  private static void failureDetection(Config config, ClusterConfig cluster) {
    config.setProperty("hazelcast.heartbeat.interval.seconds", "1");
    config.setProperty(
        "hazelcast.max.no.heartbeat.seconds",
        Long.toString(cluster.heartbeatTimeout().toSeconds()));
    config.setProperty("hazelcast.wait.seconds.before.join", "0");
    // The halves of a cluster that was cut look for each other this often.
    config.setProperty("hazelcast.merge.first.run.delay.seconds", "10");
    config.setProperty("hazelcast.merge.next.run.delay.seconds", "5");
    // A registration that waits for a member which is gone fails after this, and is repaired.
    config.setProperty("hazelcast.operation.call.timeout.millis", "10000");
  }

  private static void quiet(Config config) {
    config.setProperty("hazelcast.logging.type", "slf4j");
    config.setProperty("hazelcast.phone.home.enabled", "false");
    config.setProperty("hazelcast.shutdownhook.enabled", "false");
    config.setProperty("hazelcast.operation.thread.count", "2");
    config.setProperty("hazelcast.operation.generic.thread.count", "2");
    config.setProperty("hazelcast.io.thread.count", "1");
    config.setProperty("hazelcast.event.thread.count", "1");
    config.getMetricsConfig().setEnabled(false);
  }
}
