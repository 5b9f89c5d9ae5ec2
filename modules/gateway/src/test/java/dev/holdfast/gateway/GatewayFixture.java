package dev.holdfast.gateway;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.auth.TokenSigner;
import dev.holdfast.auth.TokenVerifier;
import dev.holdfast.auth.Verified;
import dev.holdfast.auth.config.AuthConfig;
import dev.holdfast.auth.config.VerificationKey;
import dev.holdfast.auth.revocation.RevocationsVerticle;
import dev.holdfast.auth.tenants.TenantsConfig;
import dev.holdfast.auth.tenants.TenantsVerticle;
import dev.holdfast.channels.fanout.Fanout;
import dev.holdfast.channels.fanout.HubVerticle;
import dev.holdfast.channels.log.ChannelsConfig;
import dev.holdfast.channels.service.ChannelsVerticle;
import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Ids;
import dev.holdfast.core.NodeId;
import dev.holdfast.core.bounds.Doors;
import dev.holdfast.core.bus.Bus;
import dev.holdfast.core.bus.NodeInbox;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.gateway.admission.Admission;
import dev.holdfast.gateway.attachment.ConnectionDirectory;
import dev.holdfast.gateway.config.GatewayConfig;
import dev.holdfast.limits.Limiter;
import dev.holdfast.limits.LimitsConfig;
import dev.holdfast.limits.LimitsVerticle;
import dev.holdfast.limits.NodeMemory;
import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisConfig;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.redis.Reply;
import dev.holdfast.sessions.SessionMessage;
import dev.holdfast.sessions.SessionView;
import dev.holdfast.sessions.service.SessionsVerticle;
import dev.holdfast.sessions.store.SessionsConfig;
import dev.holdfast.testkit.client.ManualClient;
import dev.holdfast.testkit.client.TestClients;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One node's gateways, two of them, with its real services and a real Redis; not clustered, so
 * notices between nodes are lost. And clients of one random tenant.
 */
public final class GatewayFixture implements AutoCloseable {
  public static final AuthConfig AUTH =
      AuthConfig.DEFAULTS.withKeys(VerificationKey.hs256("gateway-test-secret-of-enough-bytes"));
  private static final TokenSigner SIGNER =
      new TokenSigner("gateway-test-secret-of-enough-bytes", AUTH);

  public final Vertx vertx = Vertx.builder().withTransport(new Doors().transport()).build();
  public final Bus bus = new Bus(vertx);

  /** How often all connections were compared with the revocations. */
  final AtomicInteger revokedLooks = new AtomicInteger();

  public final NodeId node;
  public final String tenant;
  public final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  public final ConnectionDirectory directory = new ConnectionDirectory(registry);
  public final ServiceClient sessions = ServiceClient.local(bus, Duration.ofSeconds(10));
  public final ServiceClient channels = ServiceClient.local(bus, Duration.ofSeconds(5));
  public final TestClients clients = new TestClients();
  public final List<RawSocket> rawSockets = new ArrayList<>();
  public final Caller.Service service;
  public volatile boolean accepting = true;
  public volatile boolean healthy = true;
  private volatile boolean noticesLost;
  private final List<GatewayVerticle> gateways = new ArrayList<>();
  private final List<Fanout> fanouts = new CopyOnWriteArrayList<>();
  private final HubVerticle hub;
  private final String deployment;
  private final RedisLink link;
  private final Admission admission;
  private final LimitsVerticle limits;
  private final RevocationsVerticle revocations;
  private final TenantsVerticle tenants;

  public GatewayFixture(String redisUri) {
    this(redisUri, "t" + Ids.fresh(), GatewayConfig.DEFAULTS);
  }

  public GatewayFixture(String redisUri, String tenant, GatewayConfig config) {
    this(redisUri, tenant, config, null);
  }

  /**
   * @param limited null: there are no limits
   */
  public GatewayFixture(
      String redisUri, String tenant, GatewayConfig config, LimitsConfig limited) {
    this.node = new NodeId("n" + Ids.fresh(), 1);
    this.tenant = tenant;
    this.admission = new Admission(config.sockets(), registry);
    this.service = new Caller.Service("test", "1", Set.of(tenant), Set.of());
    // A first connection of a JVM on a busy machine.
    RedisConfig redis = RedisConfig.of(redisUri).withConnectTimeout(Duration.ofSeconds(10));
    NodeInbox inbox = new NodeInbox(bus, node);
    hub = new HubVerticle(bus, inbox, redis, ChannelsConfig.DEFAULT, registry);
    get(
        vertx.deployVerticle(
            new SessionsVerticle(
                bus,
                redis,
                SessionsConfig.defaults(),
                event -> Future.succeededFuture(),
                registry)));
    get(vertx.deployVerticle(hub));
    tenants = new TenantsVerticle(bus, redis, TenantsConfig.DEFAULTS, "ops", registry);
    get(vertx.deployVerticle(tenants));
    get(
        vertx.deployVerticle(
            new ChannelsVerticle(hub, redis, ChannelsConfig.DEFAULT, sessions, registry)
                .admitting(tenants)));
    hub.nodes(Set.of(node));
    limits = limited == null ? null : limits(redis, limited);
    revocations = revocations(redis);
    link = get(RedisLink.open(vertx, redis, "test", registry));
    interceptNotices();
    directory.listen(inbox);
    get(inbox.open());
    GatewayServices services = services();
    GatewayConfig anyPort = config.at("127.0.0.1", 0);
    deployment =
        get(
            vertx.deployVerticle(
                () -> gateway(anyPort, services), new DeploymentOptions().setInstances(2)));
  }

  private void interceptNotices() {
    vertx
        .eventBus()
        .addOutboundInterceptor(
            message -> {
              if (!noticesLost || !message.message().address().equals(node.address())) {
                message.next();
              }
            });
  }

  private LimitsVerticle limits(RedisConfig redis, LimitsConfig limited) {
    var verticle = new LimitsVerticle(redis, limited, () -> node, () -> Set.of(node), registry);
    get(vertx.deployVerticle(verticle));
    return verticle;
  }

  private RevocationsVerticle revocations(RedisConfig redis) {
    var verticle =
        new RevocationsVerticle(bus, redis, AUTH, registry)
            .onMore(
                () -> {
                  revokedLooks.incrementAndGet();
                  directory.closeRefused(tokens()::refusal);
                });
    get(vertx.deployVerticle(verticle));
    tenants.onChanged(() -> directory.closeRefused(tokens()::refusal));
    return verticle;
  }

  private TokenVerifier tokens() {
    return TokenVerifier.of(AUTH).refusing(this::isRevoked).admitting(tenants);
  }

  private boolean isRevoked(Verified token) {
    return revocations.has(token);
  }

  private synchronized GatewayVerticle gateway(GatewayConfig config, GatewayServices services) {
    GatewayVerticle gateway = new GatewayVerticle(config, services, sources());
    gateways.add(gateway);
    return gateway;
  }

  private HttpSources sources() {
    var connections = new ServiceClient(bus, Duration.ofSeconds(5));
    return new HttpSources(
        connections, ServiceClient.local(bus, Duration.ofSeconds(5)), () -> "{}");
  }

  private GatewayServices services() {
    return new GatewayServices(
        node,
        tokens(),
        sessions,
        channels,
        context -> counted(new Fanout(context, hub)),
        directory,
        registry,
        new HealthChecks(Map.of("loop", () -> true), Map.of("redis", () -> healthy), Map.of()),
        admission,
        () -> accepting && revocations.isCurrent() && tenants.isCurrent(),
        limits == null ? Limiter.UNLIMITED : limits.limiter(),
        NodeMemory.of(registry));
  }

  private Fanout counted(Fanout fanout) {
    fanouts.add(fanout);
    return fanout;
  }

  /** Channels that somebody reads, on all event loops. */
  public int openChannels() {
    return fanouts.stream().mapToInt(Fanout::openChannels).sum();
  }

  public int port() {
    return gateways.get(0).port();
  }

  public int managementPort() {
    return gateways.get(0).managementPortInUse();
  }

  public URI uri() {
    return URI.create("ws://127.0.0.1:" + port() + "/v1/connect");
  }

  public String token(String user, String... permissions) {
    return tokenOf(tenant, user, permissions);
  }

  public static String tokenOf(String tenant, String user, String... permissions) {
    return SIGNER.sign(
        new Caller.User(tenant, user, Set.of(), Set.of(permissions)), Duration.ofMinutes(10));
  }

  public ManualClient connect() {
    return clients.manual(uri());
  }

  /** Notices to the node are lost while the step is done. */
  public void losingNotices(Runnable step) {
    noticesLost = true;
    step.run();
    noticesLost = false;
  }

  /** The hub looks after all channels, as it does when a node has died. */
  public void compareChannels() {
    hub.nodes(Set.of(node, new NodeId("n" + Ids.fresh(), 1)));
    hub.nodes(Set.of(node));
  }

  /** Until sessions are answered for again, after Redis was away. */
  public void awaitStore() {
    var unknown = new SessionMessage.Get(service, tenant, Ids.fresh());
    await().until(() -> codeOf(sessions.ask(unknown)) == ErrorCode.NOT_FOUND);
  }

  private static ErrorCode codeOf(Future<?> asked) {
    try {
      get(asked);
      return null;
    } catch (HoldfastException e) {
      return e.code();
    }
  }

  /** After the welcome. */
  public Welcomed hello(String user, String... permissions) {
    return hello(token(user, permissions), Map.of());
  }

  /**
   * @param members of the hello besides token and client
   */
  public Welcomed hello(String token, Map<String, ?> members) {
    ManualClient client = connect();
    sayHello(client, token, members);
    return new Welcomed(client, client.await("welcome"));
  }

  public static void sayHello(ManualClient client, String token, Map<String, ?> members) {
    Map<String, Object> all = new HashMap<>(members);
    all.put("token", token);
    all.put("client", Map.of("name", "test", "version", "1"));
    client.send("hello", all);
  }

  /** A client and what it was welcomed with. */
  public record Welcomed(ManualClient client, ObjectNode welcome) {
    public String session() {
      return welcome.get("session").asText();
    }

    public long generation() {
      return welcome.get("generation").asLong();
    }

    /** Until the session's own three channels are live. */
    public Welcomed live() {
      client.await("live", "tenant");
      client.await("live", "session:" + session());
      client.await(frame -> isLiveUser(frame), "live of user:");
      return this;
    }

    private static boolean isLiveUser(ObjectNode frame) {
      return "live".equals(frame.path("type").asText())
          && frame.path("channel").asText().startsWith("user:");
    }
  }

  public SessionView view(String session) {
    return get(sessions.ask(new SessionMessage.Get(service, tenant, session)));
  }

  /** As it stands in Redis: {@code epoch:seq}, or empty. */
  public String storedCursor(String session, String channel) {
    String key = Keys.subscriptions(tenant, session);
    Reply reply = get(link.send("HGET", key, channel));
    return reply.isNull() ? "" : reply.asText();
  }

  public Reply redis(String command, Object... args) {
    return get(link.send(command, args));
  }

  /** As the node's index in Redis lists them. */
  public long attachedSessions() {
    return get(link.send("ZCARD", Keys.nodeSessions(node))).asLong();
  }

  public double count(String name, String tag, String value) {
    var counter = registry.find(name).tag(tag, value).counter();
    return counter == null ? 0 : counter.count();
  }

  public void awaitNobody() {
    await().until(() -> directory.size() == 0 && directory.sockets() == 0);
  }

  public void stopGateways() {
    get(vertx.undeploy(deployment));
  }

  public static <T> T get(Future<T> future) {
    try {
      return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException cause
          ? cause
          : new IllegalStateException(e.getCause());
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    rawSockets.forEach(RawSocket::close);
    clients.close();
    if (vertx.deploymentIDs().contains(deployment)) {
      stopGateways(); // first: they detach by the services
    }
    get(vertx.close());
  }
}
