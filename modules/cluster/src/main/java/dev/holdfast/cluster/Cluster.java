package dev.holdfast.cluster;

import static dev.holdfast.cluster.ClusterConfig.WAYS_OUT;

import dev.holdfast.cluster.identity.Authority;
import dev.holdfast.cluster.identity.Identity;
import dev.holdfast.cluster.identity.ServiceCredentials;
import dev.holdfast.core.bounds.Doors;
import dev.holdfast.core.bus.BusCodec;
import dev.holdfast.core.bus.Seal;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.dns.AddressResolverOptions;
import io.vertx.micrometer.Label;
import io.vertx.micrometer.MetricsDomain;
import io.vertx.micrometer.MicrometerMetricsFactory;
import io.vertx.micrometer.MicrometerMetricsOptions;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.EnumSet;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes a Vert.x that is a member of the clustered event bus, for a node or a service. */
public final class Cluster {
  private static final Logger LOG = LoggerFactory.getLogger(Cluster.class);

  /** Longest time that a name's address is reused: a container that is replaced gets another. */
  private static final int NAME_SECONDS = 5;

  private Cluster() {}

  /** Joins like {@link #join(ClusterConfig, MeterRegistry)}, for a process without meters. */
  public static Future<Vertx> join(ClusterConfig settings) {
    return join(settings, new SimpleMeterRegistry());
  }

  /**
   * Joins the other members, or starts a cluster if none of them answers. One member that answers
   * is enough to find all. Blocks to look up the host's name: not for an event loop.
   *
   * <p>{@link Vertx#close} leaves the cluster. Call it when the process ends, as no hook does, and
   * not from a thread of that Vert.x. Otherwise the others notice only when the connections break.
   *
   * @param registry gets {@code cluster.members} and the meters of the event bus
   * @return completes when this process is a member, on a thread of that Vert.x; fails only with
   *     {@link JoinException}
   */
  public static Future<Vertx> join(ClusterConfig settings, MeterRegistry registry) {
    return Future.succeededFuture(settings)
        .map(ClusterConfig::atOwnAddress)
        .compose(config -> start(config, registry))
        .recover(Cluster::failed);
  }

  private static Future<Vertx> start(ClusterConfig config, MeterRegistry registry) {
    if (!config.guarded() && !config.insecure()) {
      throw new JoinException("cluster: members have to prove themselves: " + WAYS_OUT, null);
    }
    if (config.exposed()) {
      LOG.warn("The bus listens at {}, and trusts whoever reaches it like a node", config.host());
    }
    // Some of its classes ask before they know of any configuration.
    System.setProperty("hazelcast.logging.type", "slf4j");
    return config.guarded() ? guarded(config, registry) : open(config, registry);
  }

  private static Future<Vertx> open(ClusterConfig config, MeterRegistry registry) {
    var manager = new HazelcastClusterManager(Membership.config(config));
    return build(config, options(config, null), manager, registry);
  }

  /** Joins on a thread of its own, as it takes seconds, and then hands the membership to Vert.x. */
  private static Future<Vertx> guarded(ClusterConfig config, MeterRegistry registry) {
    Identity own = identity(config);
    VertxOptions options = options(config, config.secret() == null ? null : own);
    Promise<Member> joined = Promise.promise();
    Runnable join = () -> join(config, own, joined, registry);
    new Thread(join, "holdfast-join").start();
    return joined
        .future()
        .compose(
            member -> build(config, options, member, registry).onFailure(failure -> member.end()));
  }

  private static void join(
      ClusterConfig config, Identity own, Promise<Member> joined, MeterRegistry registry) {
    try {
      var handshake = new Handshake(own, config.publicHost() != null, registry);
      joined.complete(Member.join(Membership.config(config), handshake));
    } catch (RuntimeException e) {
      joined.fail(e);
    }
  }

  private static Identity identity(ClusterConfig config) {
    try {
      return config.secret() == null
          ? Identity.ofFiles(Objects.requireNonNull(config.tls(), "it is guarded by one of them"))
          : Identity.ofSecret(config.secret());
    } catch (GeneralSecurityException | IOException e) {
      throw unusable(e);
    }
  }

  /** Returns the seal of messages. Without a secret, only the connection proves whose they are. */
  private static Seal seal(ClusterConfig config) {
    if (config.secret() == null) {
      return Seal.NONE;
    }
    try {
      return ServiceCredentials.is(config.secret())
          ? ServiceCredentials.parse(config.secret()).seal()
          : Seal.ofNode(Authority.frameKey(config.secret()));
    } catch (GeneralSecurityException e) {
      throw unusable(e);
    }
  }

  private static JoinException unusable(Exception e) {
    return new JoinException("cluster: the keys can't be used: " + e.getMessage(), e);
  }

  private static Future<Vertx> build(
      ClusterConfig config,
      VertxOptions options,
      HazelcastClusterManager manager,
      MeterRegistry registry) {
    BusCodec codec = new BusCodec(seal(config));
    Doors doors = new Doors(config.guarded() ? new MessageGate(registry) : null);
    return Vertx.builder()
        .with(options)
        .withTransport(doors.transport())
        .withClusterManager(manager)
        .withMetrics(new MicrometerMetricsFactory(registry))
        .buildClustered()
        .onSuccess(vertx -> vertx.eventBus().registerCodec(codec))
        .onSuccess(vertx -> count(manager, registry))
        .onSuccess(vertx -> warnIfAlone(manager, config));
  }

  /**
   * Warns of a cluster of one: a service with a wrong address would wait for its nodes in silence.
   */
  private static void warnIfAlone(HazelcastClusterManager hazelcast, ClusterConfig config) {
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

  /**
   * Registers the number of members. Fewer than the live nodes, which Redis knows, means a split
   * bus.
   */
  private static void count(HazelcastClusterManager hazelcast, MeterRegistry registry) {
    Gauge.builder("cluster.members", hazelcast, manager -> manager.getNodes().size())
        .description("members of the event bus that this one sees, services included")
        .register(registry);
  }

  private static VertxOptions options(ClusterConfig config, @Nullable Identity own) {
    try {
      return new VertxOptions()
          .setEventBusOptions(BusOptions.of(config, own))
          .setMetricsOptions(metrics())
          .setAddressResolverOptions(
              new AddressResolverOptions().setCacheMaxTimeToLive(NAME_SECONDS));
    } catch (GeneralSecurityException | IOException e) {
      throw unusable(e);
    }
  }

  /**
   * Returns options for the bus's metrics, without a series for each address: a user may ask for
   * services by any name, and every series is kept for ever. Our own meters show the rest.
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
}
