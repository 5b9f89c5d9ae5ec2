package dev.holdfast.app.node;

import dev.holdfast.app.config.ConfigView;
import dev.holdfast.app.config.HoldfastConfig;
import dev.holdfast.app.node.health.JvmMeters;
import dev.holdfast.app.start.Keys;
import dev.holdfast.app.start.NodeRedis;
import dev.holdfast.app.start.Release;
import dev.holdfast.auth.TokenVerifier;
import dev.holdfast.auth.config.AuthConfig;
import dev.holdfast.auth.jwks.JwksClient;
import dev.holdfast.cluster.HostPort;
import dev.holdfast.connections.NodeInfo;
import dev.holdfast.core.bus.Bus;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.gateway.HttpSources;
import dev.holdfast.gateway.http.runs.RunRequestsVerticle;
import dev.holdfast.gateway.page.Development;
import dev.holdfast.limits.Limiter;
import dev.holdfast.limits.use.Uses;
import dev.holdfast.nodes.NodesVerticle;
import dev.holdfast.redis.RedisConfig;
import dev.holdfast.runs.agents.AgentsVerticle;
import dev.holdfast.runs.service.RunsVerticle;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The parts that a process has once, and that each life of its node uses.
 *
 * @param id of the node; the same in each life
 * @param config its {@code gateway} has the port that is really listened at
 * @param address of the gateways, for others
 * @param server that Redis
 * @param trusted keys included
 */
record NodeParts(
    String id,
    Bus bus,
    HoldfastConfig config,
    HostPort address,
    NodeRedis server,
    AuthConfig trusted,
    JvmMeters meters) {

  RunsVerticle runs(NodesVerticle nodes, Trust trust, Uses uses) {
    return new RunsVerticle(bus, redis(), config.runs(), meters.registry())
        .sharedBy(nodes::share)
        .admitting(trust.tenants())
        .counting(uses)
        .following(config.limits().follow());
  }

  AgentsVerticle agents() {
    return new AgentsVerticle(bus, id, config.runs(), meters.registry(), System::getenv);
  }

  /**
   * @param patience how long answers of services may take
   */
  RunRequestsVerticle runRequests(Limiter limiter, Duration patience) {
    return new RunRequestsVerticle(bus, new ServiceClient(bus, patience), limiter);
  }

  /**
   * @param patience how long answers of services may take
   */
  HttpSources sources(NodeFiles files, Trust trust, Duration patience) {
    return new HttpSources(
        new ServiceClient(bus, patience),
        ServiceClient.local(bus, patience),
        () -> ConfigView.json(config),
        files.transfers(),
        trust.audit(),
        development(),
        Accounts.credentials(config.cluster().secret()));
  }

  RedisConfig redis() {
    return server.config();
  }

  /** Returns what signs in users of the page at the root; none outside of development. */
  @Nullable Development development() {
    return config.developmentKey() ? new Development(Keys.signing(config), trusted) : null;
  }

  /** Makes what verifies tokens; it fetches the key sets of issuers. */
  TokenVerifier verifier() {
    var keySets = new JwksClient(bus.vertx());
    return TokenVerifier.of(trusted, meters.registry(), keySets::get);
  }

  /** Returns the node as others see it, with the software's version of the jar's manifest. */
  NodeInfo info() {
    return new NodeInfo(address.toString(), Release.own());
  }
}
