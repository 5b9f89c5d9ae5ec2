package dev.holdfast.app.node;

import dev.holdfast.app.config.HoldfastConfig;
import dev.holdfast.app.node.health.Health;
import dev.holdfast.app.node.health.PulseVerticle;
import dev.holdfast.app.start.StartException;
import dev.holdfast.channels.fanout.Fanout;
import dev.holdfast.channels.fanout.HubVerticle;
import dev.holdfast.channels.service.ChannelsVerticle;
import dev.holdfast.cluster.Cluster;
import dev.holdfast.core.NodeId;
import dev.holdfast.core.bus.Bus;
import dev.holdfast.core.bus.NodeInbox;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.gateway.GatewayServices;
import dev.holdfast.gateway.GatewayVerticle;
import dev.holdfast.gateway.HealthChecks;
import dev.holdfast.gateway.HttpSources;
import dev.holdfast.gateway.admission.Admission;
import dev.holdfast.gateway.attachment.ConnectionDirectory;
import dev.holdfast.limits.LimitsVerticle;
import dev.holdfast.limits.NodeMemory;
import dev.holdfast.nodes.NodesVerticle;
import dev.holdfast.nodes.usage.UsageVerticle;
import dev.holdfast.redis.RedisConfig;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.sessions.connections.ConnectionsVerticle;
import dev.holdfast.sessions.service.SessionsVerticle;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One life of a node: its services and gateways under one start epoch. It is started once and
 * stopped once; what others stand on comes first and goes last. Each step follows the one before,
 * so its fields need no lock but where it says so.
 */
final class NodeLife {
  private static final Logger LOG = LoggerFactory.getLogger(NodeLife.class);

  /** Time for an attach or for the reaping of a node, see its message. */
  private static final Duration LONG_REQUEST = Duration.ofSeconds(10);

  private static final Duration REQUEST = Duration.ofSeconds(5);

  /** Time between comparisons of the sessions attached here with those that connections hold. */
  private static final Duration COMPARED = Duration.ofMinutes(1);

  private static final Duration REDIS_PATIENCE = Duration.ofSeconds(8);
  private static final long RETRY_MS = 250;

  private final NodeParts parts;
  private final List<PulseVerticle> pulses;
  private final SessionLog log;
  private final NodesVerticle nodes;
  private final Deployments deployments;
  private final LimitsVerticle limits;
  private final Trust trust;
  private final NodeMemory memory;

  // Set as the start goes on, in this order. A start that failed leaves the later ones unset, so
  // stop() checks those that it uses.
  @SuppressWarnings("NullAway.Init")
  private RedisLink link;

  @SuppressWarnings("NullAway.Init")
  private SessionsVerticle sessions;

  @SuppressWarnings("NullAway.Init")
  private NodeInbox inbox;

  @SuppressWarnings("NullAway.Init")
  private BusProbe probe;

  @SuppressWarnings("NullAway.Init")
  private Neighbours neighbours;

  @SuppressWarnings("NullAway.Init")
  private HubVerticle hub;

  @SuppressWarnings("NullAway.Init")
  private NodeFiles files;

  @SuppressWarnings("NullAway.Init")
  private volatile ConnectionDirectory directory;

  @SuppressWarnings("NullAway.Init")
  private Isolation isolation;

  @SuppressWarnings("NullAway.Init")
  private Rebalancing rebalancing;

  private volatile boolean started;
  private volatile @Nullable Departure departure;

  /**
   * @param over called once, on some context, when this life is no good any more: the others have
   *     taken it for dead
   */
  NodeLife(NodeParts parts, List<PulseVerticle> pulses, Runnable over) {
    this.parts = parts;
    this.pulses = pulses;
    parts.bus().bindTo(parts.meters().registry());
    this.log = new SessionLog(bus());
    this.deployments = new Deployments(bus().vertx());
    this.nodes =
        new NodesVerticle(
                parts.id(),
                parts.info(),
                redis(),
                config().lease(),
                ServiceClient.local(bus(), LONG_REQUEST),
                registry())
            .onNodes(live -> passNodesToHub())
            .onDead(dead -> passNodesToHub())
            .onBuried(over);
    this.limits =
        new LimitsVerticle(redis(), config().limits(), nodes::node, nodes::live, registry())
            .showing(config().runs().amounts());
    this.trust = new Trust(parts, nodes::name);
    this.memory = NodeMemory.of(registry());
  }

  Future<NodeId> start() {
    trust.witness();
    return openLink(System.nanoTime() + REDIS_PATIENCE.toNanos())
        .onSuccess(opened -> link = opened)
        .compose(opened -> opened.reserve().watch())
        .onSuccess(watched -> warnWithoutLimit())
        .compose(watched -> deployments.deploy(sessions()))
        .compose(done -> deployments.deploy(nodes))
        .compose(done -> deployments.deploy(limits))
        .compose(done -> trust.deploy(deployments))
        .compose(done -> startHub())
        .compose(done -> deployments.deploy(channels()))
        .compose(done -> deployments.deploy(parts.runs(nodes, trust, limits.limiter().uses())))
        .compose(done -> deployments.deploy(parts.agents()))
        .compose(done -> deployments.deploy(parts.runRequests(limits.limiter(), REQUEST)))
        .compose(done -> deployments.deploy(connections()))
        .compose(done -> deployments.deploy(usage()))
        .compose(done -> NodeFiles.open(parts))
        .onSuccess(opened -> files = opened)
        .compose(opened -> deployments.deploy(opened.verticle()))
        .compose(done -> startGateways())
        .onSuccess(done -> look())
        .map(done -> nodes.node());
  }

  /** Returns what is being started or stopped; any thread. */
  String waitsFor() {
    Departure leaving = departure;
    return leaving != null && directory.size() > 0
        ? "%d of %d sessions to be handed on".formatted(directory.size(), leaving.sessions())
        : deployments.current() + (leaving == null ? " to start" : " to stop");
  }

  /** Returns how many clients and sessions its end concerns, and who takes them; any thread. */
  String farewell() {
    if (directory == null) {
      return "no clients";
    }
    Departure leaving = departure;
    return leaving == null ? depart().begins() : leaving.ended(directory.size());
  }

  private Departure depart() {
    var leaving = new Departure(directory.sockets(), directory.size(), others());
    departure = leaving;
    return leaving;
  }

  private List<String> others() {
    return nodes.live().stream()
        .filter(node -> !node.equals(nodes.node()))
        .map(NodeId::id)
        .sorted()
        .toList();
  }

  /** Every session is detached and the lease given back, as far as Redis can be reached. */
  Future<Void> stop() {
    started = false;
    stopLooking();
    return deployments
        .undeploy()
        .eventually(() -> inbox == null ? Future.succeededFuture() : inbox.close())
        .eventually(() -> link == null ? Future.succeededFuture() : link.close())
        .onComplete(done -> log.close())
        .onComplete(done -> closeFiles())
        .onComplete(done -> memory.close())
        .onComplete(done -> parts.meters().forget());
  }

  private void look() {
    isolation.start();
    if (config().rebalance()) {
      rebalancing.start();
    }
  }

  private void stopLooking() {
    if (isolation != null) {
      isolation.stop();
      rebalancing.stop();
    }
    if (probe != null) {
      probe.stop();
      neighbours.stop();
    }
  }

  /** A Redis that starts at the same time, or a machine that is busy then, is waited for. */
  private Future<RedisLink> openLink(long until) {
    return RedisLink.open(bus().vertx(), redis(), "node", registry())
        .recover(
            failure ->
                System.nanoTime() > until
                    ? Future.failedFuture(failure)
                    : bus().vertx().timer(RETRY_MS).compose(now -> openLink(until)));
  }

  /** An embedded one is for development, and has what its machine has. */
  private void warnWithoutLimit() {
    if (link.reserve().isUnbounded() && !config().redis().embedded()) {
      LOG.warn("Redis has no maxmemory: nothing is kept in reserve for sessions if it fills up");
    }
  }

  private void closeFiles() {
    if (files != null) {
      files.close();
    }
  }

  private SessionsVerticle sessions() {
    sessions =
        new SessionsVerticle(bus(), redis(), config().sessions(), log::write, registry())
            .limitedBy(tenant -> Bounds.sessions(limits.limiter().of(tenant)));
    return sessions;
  }

  private Future<Void> startHub() {
    inbox = new NodeInbox(bus(), nodes.node());
    probe = new BusProbe(bus(), inbox);
    neighbours = new Neighbours(bus(), nodes, inbox, () -> directory.size());
    neighbours.measure(registry());
    HubVerticle fresh = new HubVerticle(bus(), inbox, redis(), config().channels(), registry());
    return deployments.deploy(fresh).onSuccess(done -> listen(fresh));
  }

  private synchronized void listen(HubVerticle fresh) {
    hub = fresh;
    passNodesToHub();
  }

  /** Locks, so that the last list that the hub gets is the newest. */
  private synchronized void passNodesToHub() {
    if (hub != null) {
      hub.nodes(nodes.live());
      hub.dead(nodes.dead());
    }
  }

  private ChannelsVerticle channels() {
    var sessions = ServiceClient.local(bus(), REQUEST);
    return new ChannelsVerticle(hub, redis(), config().channels(), sessions, registry())
        .limitedBy(tenant -> Bounds.retained(limits.limiter().of(tenant)))
        .counting(limits.limiter().uses())
        .admitting(trust.tenants());
  }

  private ConnectionsVerticle connections() {
    return new ConnectionsVerticle(bus(), redis(), ServiceClient.local(bus(), REQUEST), registry());
  }

  private UsageVerticle usage() {
    return new UsageVerticle(bus(), redis(), ServiceClient.local(bus(), REQUEST), registry());
  }

  private Future<Void> startGateways() {
    directory = new ConnectionDirectory(registry());
    directory.listen(inbox);
    trust.closesAt(directory);
    isolation =
        new Isolation(
            bus().vertx(), nodes, neighbours, config().lease().lease(), directory::sendAway);
    rebalancing =
        new Rebalancing(
            bus().vertx(),
            nodes::leaseHeld,
            nodes::live,
            neighbours::connections,
            Rebalancing.of(directory, registry()));
    GatewayServices services = gatewayServices();
    HttpSources sources = parts.sources(files, trust, REQUEST);
    int loops = config().gateways() == 0 ? Cluster.eventLoops() : config().gateways();
    return hub.openInbox()
        .onSuccess(done -> probe.start())
        .onSuccess(done -> neighbours.start())
        .compose(
            done ->
                deployments
                    .deploy(
                        "GatewayVerticle",
                        () -> new GatewayVerticle(config().gateway(), services, sources),
                        loops)
                    .recover(this::notListening))
        .onSuccess(done -> sessions.compareWith(nodes.node(), directory::holds, COMPARED))
        .onSuccess(done -> started = true);
  }

  private <T> Future<T> notListening(Throwable failure) {
    var gateway = config().gateway();
    String what =
        "listening at %s, port %d: %s"
            .formatted(gateway.host(), gateway.port(), failure.getMessage());
    return Future.failedFuture(new StartException(what, failure));
  }

  private GatewayServices gatewayServices() {
    return new GatewayServices(
        nodes.node(),
        trust.verifier(),
        ServiceClient.local(bus(), LONG_REQUEST),
        ServiceClient.local(bus(), REQUEST),
        loop -> new Fanout(loop, hub),
        directory,
        registry(),
        health(),
        new Admission(config().gateway().sockets(), registry()),
        () -> link.up() && nodes.leaseHeld() && trust.isCurrent(),
        limits.limiter(),
        memory);
  }

  private HealthChecks health() {
    return Health.of(
        pulses,
        () -> started,
        Map.of(
            "started", () -> started,
            "redis", link::up,
            "lease", nodes::leaseHeld,
            "revocations", trust::knowsRevocations,
            "tenants", trust::knowsTenants,
            "issuers", trust::knowsIssuers,
            "bus", probe::reachable),
        Map.of("redis", this::redisTrouble, "bus", neighbours::problem));
  }

  private Optional<String> redisTrouble() {
    return parts.server().trouble().or(link::trouble).or(link.reserve()::trouble);
  }

  private Bus bus() {
    return parts.bus();
  }

  private HoldfastConfig config() {
    return parts.config();
  }

  private RedisConfig redis() {
    return parts.redis();
  }

  private PrometheusMeterRegistry registry() {
    return parts.meters().registry();
  }
}
