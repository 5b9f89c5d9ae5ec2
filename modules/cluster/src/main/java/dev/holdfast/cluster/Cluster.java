package dev.holdfast.cluster;

import static dev.holdfast.cluster.ClusterConfig.WAYS_OUT;

import dev.holdfast.cluster.identity.Authority;
import dev.holdfast.cluster.identity.Identity;
import dev.holdfast.cluster.identity.ServiceCredentials;
import dev.holdfast.core.bounds.Doors;
import dev.holdfast.core.bus.BusCodec;
import dev.holdfast.core.bus.Seal;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.core.dns.AddressResolverOptions;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.io.IOException;
import java.security.GeneralSecurityException;
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

  /**
   * Joins like {@link #join(ClusterConfig, MeterRegistry)}, for a process without meters. It needs
   * no Micrometer on its class path.
   */
  public static Future<Vertx> join(ClusterConfig settings) {
    return join(settings, Meters.NONE);
  }

  /**
   * Joins the other members, or starts a cluster if none of them answers. One member that answers
   * is enough to find all. Blocks to look up the host's name: not for an event loop.
   *
   * <p>{@link Vertx#close} leaves the cluster. Call it when the process ends, as no hook does, and
   * not from a thread of that Vert.x. Otherwise the others notice only when the connections break.
   *
   * @param registry gets the meters {@code cluster.*}; and those of Vert.x' event bus if {@code
   *     io.vertx:vertx-micrometer-metrics} is on the class path
   * @return completes when this process is a member, on a thread of that Vert.x; fails only with
   *     {@link JoinException}
   */
  public static Future<Vertx> join(ClusterConfig settings, MeterRegistry registry) {
    return join(settings, new RegistryMeters(registry));
  }

  private static Future<Vertx> join(ClusterConfig settings, Meters meters) {
    return Future.succeededFuture(settings)
        .map(ClusterConfig::atOwnAddress)
        .compose(config -> start(config, meters))
        .recover(Cluster::failed);
  }

  private static Future<Vertx> start(ClusterConfig config, Meters meters) {
    if (!config.guarded() && !config.insecure()) {
      throw new JoinException("cluster: members have to prove themselves: " + WAYS_OUT, null);
    }
    if (config.exposed()) {
      LOG.warn("The bus listens at {}, and trusts whoever reaches it like a node", config.host());
    }
    // Some of its classes ask before they know of any configuration.
    System.setProperty("hazelcast.logging.type", "slf4j");
    return config.guarded() ? guarded(config, meters) : open(config, meters);
  }

  private static Future<Vertx> open(ClusterConfig config, Meters meters) {
    var manager = new RepairedMembership(Membership.config(config));
    return build(config, options(config, null), manager, meters);
  }

  /** Joins on a thread of its own, as it takes seconds, and then hands the membership to Vert.x. */
  private static Future<Vertx> guarded(ClusterConfig config, Meters meters) {
    Identity own = identity(config);
    VertxOptions options = options(config, config.secret() == null ? null : own);
    Promise<Member> joined = Promise.promise();
    Runnable join = () -> join(config, own, joined, meters);
    new Thread(join, "holdfast-join").start();
    return joined
        .future()
        .compose(
            member -> build(config, options, member, meters).onFailure(failure -> member.end()));
  }

  private static void join(
      ClusterConfig config, Identity own, Promise<Member> joined, Meters meters) {
    try {
      var handshake = new Handshake(own, config.publicHost() != null, meters);
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
      ClusterConfig config, VertxOptions options, HazelcastClusterManager manager, Meters meters) {
    Seal seal = seal(config);
    BusCodec codec = new BusCodec(seal);
    MessageGate gate = config.guarded() ? new MessageGate(meters) : null;
    Doors doors = new Doors(gate, JoinedFlushes::join);
    VertxBuilder builder = Vertx.builder();
    meters.bus(builder, options);
    return builder
        .with(options)
        .withTransport(doors.transport())
        .withClusterManager(manager)
        .buildClustered()
        .onSuccess(vertx -> vertx.eventBus().registerCodec(codec))
        .onSuccess(seal::putIn)
        .onSuccess(vertx -> meters.members(manager))
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
   * Returns the number of a member's event loops: one per processor.
   *
   * <p>Nothing blocks them, so more would only take work from one another: with two per processor,
   * a node of one processor delivered 13 % less per second of it.
   */
  public static int eventLoops() {
    return Runtime.getRuntime().availableProcessors();
  }

  private static VertxOptions options(ClusterConfig config, @Nullable Identity own) {
    try {
      return new VertxOptions()
          .setEventLoopPoolSize(eventLoops())
          .setEventBusOptions(BusOptions.of(config, own))
          .setAddressResolverOptions(
              new AddressResolverOptions().setCacheMaxTimeToLive(NAME_SECONDS));
    } catch (GeneralSecurityException | IOException e) {
      throw unusable(e);
    }
  }
}
