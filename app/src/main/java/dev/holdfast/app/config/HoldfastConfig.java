package dev.holdfast.app.config;

import dev.holdfast.auth.config.AuthConfig;
import dev.holdfast.auth.tenants.TenantsConfig;
import dev.holdfast.channels.log.ChannelsConfig;
import dev.holdfast.cluster.ClusterConfig;
import dev.holdfast.cluster.Loopback;
import dev.holdfast.cluster.identity.ServiceCredentials;
import dev.holdfast.core.Names;
import dev.holdfast.files.config.FilesConfig;
import dev.holdfast.gateway.config.GatewayConfig;
import dev.holdfast.limits.LimitsConfig;
import dev.holdfast.nodes.LeaseConfig;
import dev.holdfast.runs.config.RunsConfig;
import dev.holdfast.sessions.store.SessionsConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * All settings of a node; the names of the components are the keys of the configuration file.
 *
 * @param node the node's id, unique in its cluster; none: a generated one
 * @param data folder of the generated secrets (the development key, that of the cluster) and of the
 *     embedded Redis, made if it is not there
 * @param gateways how many event loops serve connections; 0: one for each processor
 * @param rebalance whether a node with more than its share of connections asks clients to move
 * @param logLevel of what goes to standard error
 */
public record HoldfastConfig(
    @Nullable String node,
    Path data,
    int gateways,
    boolean rebalance,
    LogLevel logLevel,
    GatewayConfig gateway,
    RedisSettings redis,
    SessionsConfig sessions,
    ChannelsConfig channels,
    LeaseConfig lease,
    AuthConfig auth,
    ClusterConfig cluster,
    FilesConfig files,
    RunsConfig runs,
    LimitsConfig limits,
    TenantsConfig tenants) {
  /** One node on loopback, with everything that it needs embedded or generated. */
  public static final HoldfastConfig DEFAULTS =
      new HoldfastConfig(
          null,
          Path.of(".holdfast"),
          0,
          true,
          LogLevel.INFO,
          GatewayConfig.DEFAULTS,
          RedisSettings.DEFAULTS,
          SessionsConfig.defaults(),
          ChannelsConfig.DEFAULT,
          LeaseConfig.defaults(),
          AuthConfig.DEFAULTS,
          ClusterConfig.DEFAULTS,
          FilesConfig.DEFAULTS,
          RunsConfig.DEFAULTS,
          LimitsConfig.DEFAULTS,
          TenantsConfig.DEFAULTS);

  /** The least severe level that is logged. */
  public enum LogLevel {
    ERROR,
    WARN,
    INFO,
    DEBUG,
    TRACE
  }

  public HoldfastConfig {
    Objects.requireNonNull(data, "data");
    var problems = new ArrayList<String>();
    if (gateways < 0 || gateways > 256) {
      problems.add("gateways: 0 to 256, not " + gateways);
    }
    try {
      Names.id(node == null ? "generated" : node, "node");
    } catch (RuntimeException e) {
      problems.add("node: 1 to 64 letters, digits, _ and -");
    }
    if (auth.keys().isEmpty() && auth.issuers().isEmpty() && !Loopback.is(gateway.host())) {
      problems.add(
          "gateway.host: with a generated development key the node listens on loopback only, not at"
              + " "
              + gateway.host()
              + "; set auth.keys (or --key-file) or auth.issuers to listen beyond");
    }
    if (cluster.exposed() && !cluster.insecure()) {
      problems.add(
          "cluster.host: beyond loopback, as at "
              + cluster.host()
              + ", members have to prove themselves: "
              + ClusterConfig.WAYS_OUT);
    }
    if (cluster.secret() != null && ServiceCredentials.is(cluster.secret())) {
      problems.add("cluster.secret: these are a service's credentials; a node needs the secret");
    }
    if (sessions.backstop().compareTo(lease.upkeep().multipliedBy(3)) < 0) {
      problems.add(
          "sessions.backstop: at least three times lease.upkeep ("
              + lease.upkeep()
              + "), not "
              + sessions.backstop()
              + ": attached sessions would vanish before they are renewed");
    }
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", problems));
    }
  }

  /** Returns whether tokens are those of the generated development key. */
  public boolean developmentKey() {
    return auth.keys().isEmpty() && auth.issuers().isEmpty();
  }

  /** The same as a member of this cluster. */
  public HoldfastConfig with(ClusterConfig other) {
    return new HoldfastConfig(
        node, data, gateways, rebalance, logLevel, gateway, redis, sessions, channels, lease, auth,
        other, files, runs, limits, tenants);
  }

  /** The same with other settings of runs. */
  public HoldfastConfig with(RunsConfig other) {
    return new HoldfastConfig(
        node, data, gateways, rebalance, logLevel, gateway, redis, sessions, channels, lease, auth,
        cluster, files, other, limits, tenants);
  }

  /** The same with another gateway. */
  public HoldfastConfig with(GatewayConfig other) {
    return new HoldfastConfig(
        node, data, gateways, rebalance, logLevel, other, redis, sessions, channels, lease, auth,
        cluster, files, runs, limits, tenants);
  }
}
