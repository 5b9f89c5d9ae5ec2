package dev.holdfast.cluster;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.dns.AddressResolverOptions;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.micrometer.Label;
import io.vertx.micrometer.MetricsDomain;
import io.vertx.micrometer.MicrometerMetricsFactory;
import io.vertx.micrometer.MicrometerMetricsOptions;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.util.EnumSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes a Vert.x that is a member of the clustered event bus: a node's, or a service's. */
public final class Cluster {
  private static final Logger LOG = LoggerFactory.getLogger(Cluster.class);
  private static final int CONNECT_MS = 2_000;
  private static final long PING_MS = 5_000;

  /** Longest that an address is kept for a name: a container that is replaced gets another. */
  private static final int NAME_SECONDS = 5;

  private Cluster() {}

  /** The same for a process that keeps no meters. */
  public static Future<Vertx> join(ClusterConfig settings) {
    return join(settings, new SimpleMeterRegistry());
  }

  /**
   * Joins the others, or starts a cluster where none of them answers; then members find each other
   * as soon as one of them is reached. Blocks to look up the host's name: not for an event loop.
   *
   * <p>{@link Vertx#close} leaves the cluster. It is to be called when the process ends, as no hook
   * does it, and not from one of that Vert.x' own threads: others find a member that just
   * disappears only when its connections break.
   *
   * @param registry takes {@code cluster.members} and the meters of the event bus
   * @return completes when this process is a member, on a thread of that Vert.x; fails with {@link
   *     JoinException} alone
   */
  public static Future<Vertx> join(ClusterConfig settings, MeterRegistry registry) {
    return Future.succeededFuture(settings)
        .map(ClusterConfig::atOwnAddress)
        .compose(config -> start(config, registry))
        .recover(Cluster::failed);
  }

  private static Future<Vertx> start(ClusterConfig config, MeterRegistry registry) {
    if (config.exposed()) {
      LOG.warn(
          "The bus listens at {} without TLS: whoever reaches it is trusted like a node."
              + " Keep others out by the network, or set cluster.tls",
          config.host());
    }
    // Some of its classes ask before they know of any configuration.
    System.setProperty("hazelcast.logging.type", "slf4j");
    var hazelcast = new HazelcastClusterManager(Membership.config(config));
    return Vertx.builder()
        .with(options(config))
        .withClusterManager(hazelcast)
        .withMetrics(new MicrometerMetricsFactory(registry))
        .buildClustered()
        .onSuccess(vertx -> count(hazelcast, registry))
        .onSuccess(vertx -> tellWhoIsAlone(hazelcast, config));
  }

  /** A service that looks for its nodes at the wrong place would wait for them in silence. */
  private static void tellWhoIsAlone(HazelcastClusterManager hazelcast, ClusterConfig config) {
    if (!config.members().isEmpty() && hazelcast.getNodes().size() == 1) {
      LOG.warn(
          "None of {} is a member of the cluster {} by now: this process is alone on the bus",
          config.members(),
          config.name());
    }
  }

  private static Future<Vertx> failed(Throwable failure) {
    return Future.failedFuture(
        failure instanceof JoinException
            ? failure
            : new JoinException(String.valueOf(failure.getMessage()), failure));
  }

  /** To be compared with the number of live nodes, which Redis tells: fewer means a split bus. */
  private static void count(HazelcastClusterManager hazelcast, MeterRegistry registry) {
    Gauge.builder("cluster.members", hazelcast, manager -> manager.getNodes().size())
        .description("members of the event bus that this one sees, services included")
        .register(registry);
  }

  private static VertxOptions options(ClusterConfig config) {
    return new VertxOptions()
        .setEventBusOptions(bus(config))
        .setMetricsOptions(metrics())
        .setAddressResolverOptions(
            new AddressResolverOptions().setCacheMaxTimeToLive(NAME_SECONDS));
  }

  /**
   * The bus alone, all its addresses together: a user may ask for services by any name, and each
   * would be a series that is kept for ever. Our own meters tell the rest.
   */
  private static MicrometerMetricsOptions metrics() {
    var metrics =
        new MicrometerMetricsOptions()
            .setEnabled(true)
            .setLabels(EnumSet.noneOf(Label.class))
            .addDisabledMetricsCategory("redis");
    EnumSet.complementOf(EnumSet.of(MetricsDomain.EVENT_BUS))
        .forEach(domain -> metrics.addDisabledMetricsCategory(domain.toCategory()));
    return metrics;
  }

  /** Connections between members: pinged, and given up soon, so that none hangs on a lost peer. */
  private static EventBusOptions bus(ClusterConfig config) {
    var bus =
        new EventBusOptions()
            .setHost(config.host())
            .setPort(config.messagePortToUse())
            .setClusterPublicHost(config.publicHost())
            .setClusterPingInterval(PING_MS)
            .setClusterPingReplyInterval(PING_MS)
            .setConnectTimeout(CONNECT_MS);
    return config.tls() == null ? bus.setTrustAll(false) : encrypted(bus, config.tls());
  }

  private static EventBusOptions encrypted(EventBusOptions bus, BusTls tls) {
    return bus.setSsl(true)
        .setClientAuth(ClientAuth.REQUIRED)
        .setTrustAll(false)
        .setKeyCertOptions(
            new PemKeyCertOptions()
                .addKeyPath(tls.key().toString())
                .addCertPath(tls.certificate().toString()))
        .setTrustOptions(new PemTrustOptions().addCertPath(tls.authority().toString()));
  }
}
