package dev.holdfast.gateway;

import dev.holdfast.auth.TokenVerifier;
import dev.holdfast.channels.ServicePublisher;
import dev.holdfast.channels.ServicePublisherConfig;
import dev.holdfast.channels.fanout.Fanout;
import dev.holdfast.channels.fanout.HubVerticle;
import dev.holdfast.channels.log.ChannelsConfig;
import dev.holdfast.channels.retained.Amount;
import dev.holdfast.channels.retained.RetainedLimits;
import dev.holdfast.channels.service.ChannelsVerticle;
import dev.holdfast.connections.NodeInfo;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.Ids;
import dev.holdfast.core.bus.Bus;
import dev.holdfast.core.bus.NodeInbox;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.gateway.admission.Admission;
import dev.holdfast.gateway.attachment.ConnectionDirectory;
import dev.holdfast.gateway.config.GatewayConfig;
import dev.holdfast.gateway.connection.LoopConnections;
import dev.holdfast.limits.Amounts;
import dev.holdfast.limits.Limit;
import dev.holdfast.limits.Limits;
import dev.holdfast.limits.LimitsConfig;
import dev.holdfast.limits.LimitsVerticle;
import dev.holdfast.limits.NodeMemory;
import dev.holdfast.nodes.LeaseConfig;
import dev.holdfast.nodes.NodesVerticle;
import dev.holdfast.redis.RedisConfig;
import dev.holdfast.sessions.service.SessionEvent;
import dev.holdfast.sessions.service.SessionsVerticle;
import dev.holdfast.sessions.store.SessionLimits;
import dev.holdfast.sessions.store.SessionsConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A node with its services, its links to Redis and one gateway loop, but without a port: clients
 * are handed to it. Many of them live on one Vert.x, and meet on its bus, which is not clustered.
 * Blocks; not for event loops.
 */
public final class SimulatedNode {
  private static final Duration REQUEST = Duration.ofSeconds(5);
  private static final Duration LONG_REQUEST = Duration.ofSeconds(10);
  private static final Duration COMPARED = Duration.ofMinutes(1);

  private final Bus bus;
  private final RedisConfig redis;
  private final TokenVerifier tokens;
  private final PrometheusMeterRegistry registry;
  private final Context context;
  private final NodesVerticle nodes;
  private final LimitsVerticle limits;
  private final ConnectionDirectory directory;
  private final ServicePublisher log;
  private final List<String> deployed = new ArrayList<>();
  private final List<Long> timers = new ArrayList<>();
  private HubVerticle hub;
  private GatewayLoop loop;

  /**
   * @param registry that all of them share: its counters are those of the cluster
   */
  public SimulatedNode(
      Bus bus,
      String id,
      RedisConfig redis,
      TokenVerifier tokens,
      PrometheusMeterRegistry registry) {
    this.bus = bus;
    this.redis = redis;
    this.tokens = tokens;
    this.registry = registry;
    this.context = vertx().getOrCreateContext();
    var sessions = ServiceClient.local(bus, LONG_REQUEST);
    this.nodes =
        new NodesVerticle(
                id, new NodeInfo(id, "1"), redis, LeaseConfig.defaults(), sessions, registry)
            .onNodes(live -> pass())
            .onDead(dead -> pass());
    this.limits =
        new LimitsVerticle(redis, LimitsConfig.DEFAULTS, nodes::node, nodes::live, registry);
    this.directory = new ConnectionDirectory(registry);
    var self = new Caller.Service("sessions", Ids.fresh(), Set.of("*"), Set.of());
    this.log = new ServicePublisher(bus, self, ServicePublisherConfig.DEFAULT);
  }

  private Vertx vertx() {
    return bus.vertx();
  }

  /** Starts it; returns when it takes clients. */
  public void start() {
    ChannelsConfig config = ChannelsConfig.DEFAULT;
    var sessions =
        new SessionsVerticle(bus, redis, SessionsConfig.defaults(), this::write, registry)
            .limitedBy(this::sessionLimits);
    deploy(sessions);
    GatewayFixture.get(vertx().deployVerticle(nodes));
    deploy(limits);
    NodeInbox inbox = new NodeInbox(bus, nodes.node());
    var fresh = new HubVerticle(bus, inbox, redis, config, registry);
    deploy(fresh);
    hub = fresh;
    pass();
    deploy(
        new ChannelsVerticle(hub, redis, config, ServiceClient.local(bus, REQUEST), registry)
            .limitedBy(this::retainedLimits));
    directory.listen(inbox);
    GatewayFixture.get(hub.openInbox());
    begin(GatewayConfig.DEFAULTS);
    sessions.compareWith(nodes.node(), directory::holds, COMPARED);
  }

  private SessionLimits sessionLimits(String tenant) {
    Limits of = limits.limiter().of(tenant);
    return new SessionLimits(of.tenant().of(Limit.SESSIONS), of.user().of(Limit.SESSIONS));
  }

  private RetainedLimits retainedLimits(String tenant) {
    Limits of = limits.limiter().of(tenant);
    return new RetainedLimits(retained(of.tenant()), retained(of.user()));
  }

  private static Amount retained(Amounts of) {
    return new Amount(of.of(Limit.RETAINED_CHANNELS), of.of(Limit.RETAINED_BYTES));
  }

  private void begin(GatewayConfig config) {
    loop = new GatewayLoop(context, config, services(config));
    every(config.tick(), () -> loop.tick());
    every(config.ackFlush(), () -> loop.flush());
  }

  private void every(Duration period, Runnable step) {
    timers.add(
        vertx().setPeriodic(period.toMillis(), tick -> context.runOnContext(on -> step.run())));
  }

  private void deploy(Deployable verticle) {
    deployed.add(GatewayFixture.get(vertx().deployVerticle(verticle)));
  }

  private void pass() {
    HubVerticle now = hub;
    if (now != null) {
      now.nodes(nodes.live());
      now.dead(nodes.dead());
    }
  }

  private Future<Void> write(SessionEvent event) {
    var channel = new Channel(event.tenant(), ChannelName.system("sessions"));
    String data =
        "{\"session\":\"%s\",\"user\":\"%s\",\"generation\":%d,\"node\":\"%s\"}"
            .formatted(event.session(), event.user(), event.generation(), event.node());
    return log.publish(channel, event.kind().eventName(), data).mapEmpty();
  }

  private GatewayServices services(GatewayConfig config) {
    return new GatewayServices(
        nodes.node(),
        tokens,
        ServiceClient.local(bus, LONG_REQUEST),
        ServiceClient.local(bus, REQUEST),
        on -> new Fanout(on, hub),
        directory,
        registry,
        new HealthChecks(Map.of(), Map.of(), Map.of()),
        new Admission(config.sockets(), registry),
        nodes::leaseHeld,
        limits.limiter(),
        NodeMemory.of(registry));
  }

  /** Returns the context of its connections. */
  public Context context() {
    return context;
  }

  /** Returns its connections, to be used on {@link #context}. */
  public LoopConnections connections() {
    return loop.connections();
  }

  /** Returns how many nodes it takes to live. */
  public int live() {
    return nodes.live().size();
  }

  /**
   * Ends as by SIGKILL: nothing is detached, and its lease runs out. Its links to Redis have to be
   * cut before.
   */
  public void kill() {
    timers.forEach(vertx()::cancelTimer);
    deployed.forEach(id -> GatewayFixture.get(vertx().undeploy(id).otherwiseEmpty()));
  }
}
