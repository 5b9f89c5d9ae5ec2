package dev.holdfast.gateway.http;

import dev.holdfast.auth.TokenSigner;
import dev.holdfast.auth.TokenVerifier;
import dev.holdfast.auth.Verified;
import dev.holdfast.auth.audit.AuditLog;
import dev.holdfast.auth.config.AuthConfig;
import dev.holdfast.auth.config.IssuerSettings;
import dev.holdfast.auth.config.VerificationKey;
import dev.holdfast.auth.issuers.IssuersVerticle;
import dev.holdfast.auth.revocation.RevocationsVerticle;
import dev.holdfast.auth.tenants.TenantsConfig;
import dev.holdfast.auth.tenants.TenantsVerticle;
import dev.holdfast.channels.fanout.Fanout;
import dev.holdfast.channels.fanout.HubVerticle;
import dev.holdfast.channels.log.ChannelsConfig;
import dev.holdfast.channels.retained.Amount;
import dev.holdfast.channels.retained.RetainedLimits;
import dev.holdfast.channels.service.ChannelsVerticle;
import dev.holdfast.connections.NodeInfo;
import dev.holdfast.core.Caller;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.Ids;
import dev.holdfast.core.bus.Bus;
import dev.holdfast.core.bus.NodeInbox;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.files.config.FilesConfig;
import dev.holdfast.files.config.TenantFiles;
import dev.holdfast.files.service.FilesVerticle;
import dev.holdfast.files.storage.FolderStorage;
import dev.holdfast.files.transfer.Transfers;
import dev.holdfast.gateway.GatewayServices;
import dev.holdfast.gateway.GatewayVerticle;
import dev.holdfast.gateway.HealthChecks;
import dev.holdfast.gateway.HttpSources;
import dev.holdfast.gateway.admission.Admission;
import dev.holdfast.gateway.attachment.ConnectionDirectory;
import dev.holdfast.gateway.config.GatewayConfig;
import dev.holdfast.gateway.http.runs.RunRequestsVerticle;
import dev.holdfast.gateway.page.Development;
import dev.holdfast.limits.Amounts;
import dev.holdfast.limits.Limit;
import dev.holdfast.limits.LimitsConfig;
import dev.holdfast.limits.LimitsVerticle;
import dev.holdfast.limits.NodeMemory;
import dev.holdfast.nodes.LeaseConfig;
import dev.holdfast.nodes.NodesVerticle;
import dev.holdfast.nodes.usage.UsageVerticle;
import dev.holdfast.redis.RedisConfig;
import dev.holdfast.runs.config.RunsConfig;
import dev.holdfast.runs.service.RunsVerticle;
import dev.holdfast.sessions.connections.ConnectionsVerticle;
import dev.holdfast.sessions.service.SessionsVerticle;
import dev.holdfast.sessions.store.SessionsConfig;
import dev.holdfast.testkit.ForeignIssuer;
import dev.holdfast.testkit.client.TestClients;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** One node with all its services, a real Redis, and one random tenant; spoken to over HTTP. */
public final class HttpFixture implements AutoCloseable {
  public static final String SECRET = "http-test-secret-of-enough-bytes!";

  /** An issuer whose client {@code robot-client} is the service {@code robot}. */
  public static final ForeignIssuer SERVICES = new ForeignIssuer();

  public static final AuthConfig AUTH =
      new AuthConfig(
          java.util.List.of(VerificationKey.hs256(SECRET)),
          "https://issuer.example",
          java.util.List.of("holdfast"),
          Duration.ZERO,
          true,
          AuthConfig.DEFAULTS.claims(),
          AuthConfig.DEFAULTS.longestLife(),
          java.util.List.of(
              IssuerSettings.read(
                  new JsonObject(SERVICES.settings())
                      .put("services", new JsonObject().put("robot-client", "robot"))
                      .encode())));
  public static final String ORIGIN = "https://app.example";
  public static final String[] ALL = {
    "service:tests",
    "publish:*",
    "history:*",
    "schemas:read",
    "schema:*",
    "sessions:*",
    "connections:*",
    "nodes:read",
    "limits:read",
    "limits:write",
    "config:read",
    "stats:read",
    "usage:read",
    "usage:erase",
    "tokens:revoke",
    "tenants:read",
    "tenants:write",
    "tenants:revoke",
    "tenants:export",
    "issuers:read",
    "issuers:write",
    "tenants:audit",
    "audit:read"
  };

  /** Tests do more in a second than a user may. */
  private static final Amounts QUICK =
      Amounts.USER.with(Limit.PUBLICATIONS, 10_000).with(Limit.REQUESTS, 10_000);

  private static final LimitsConfig LIMITED =
      new LimitsConfig(Amounts.TENANT, QUICK, LimitsConfig.DEFAULTS.follow());

  private static final GatewayConfig PATIENT =
      GatewayConfig.DEFAULTS.withExpiryGrace(Duration.ofMinutes(5));

  public final Vertx vertx = Vertx.vertx();
  public final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  public final String tenant = "t" + Ids.fresh();
  public final TestClients clients = new TestClients();
  public final NodesVerticle nodes;
  public volatile boolean healthy = true;
  public volatile boolean accepting = true;
  public final Bus bus = new Bus(vertx);
  private final LimitsVerticle limits;
  private final RevocationsVerticle revocations;
  private final TenantsVerticle tenants;
  private final TokenVerifier tokens;
  private final AuditLog audit = new AuditLog(bus, this::node, tenant, registry);
  private final GatewayVerticle gateway;
  private final String gatewayDeployment;
  private final Admission admission;
  private final ConnectionDirectory directory = new ConnectionDirectory(registry);

  public HttpFixture(String redisUri) {
    this(redisUri, GatewayConfig.DEFAULTS);
  }

  public HttpFixture(String redisUri, GatewayConfig config) {
    this(redisUri, config, LIMITED, NodeMemory::of);
  }

  /** A node that serves files, too, and lets a token that is over go on for long. */
  public HttpFixture(String redisUri, Path files) {
    this(redisUri, PATIENT, LIMITED, NodeMemory::of, files);
  }

  public HttpFixture(
      String redisUri,
      GatewayConfig config,
      LimitsConfig limited,
      Function<MeterRegistry, NodeMemory> memory) {
    this(redisUri, config, limited, memory, null);
  }

  private HttpFixture(
      String redisUri,
      GatewayConfig config,
      LimitsConfig limited,
      Function<MeterRegistry, NodeMemory> memory,
      Path files) {
    RedisConfig redis = RedisConfig.of(redisUri).withConnectTimeout(Duration.ofSeconds(20));
    admission = new Admission(config.sockets(), registry);
    ServiceClient sessions = ServiceClient.local(bus, Duration.ofSeconds(10));
    deploy(sessions(redis));
    nodes =
        new NodesVerticle(
            "n" + Ids.fresh(),
            new NodeInfo("127.0.0.1:0", "test"),
            redis,
            LeaseConfig.defaults(),
            sessions,
            registry);
    deploy(nodes);
    limits = new LimitsVerticle(redis, limited, nodes::node, nodes::live, registry);
    deploy(limits);
    NodeInbox inbox = new NodeInbox(bus, nodes.node());
    HubVerticle hub = new HubVerticle(bus, inbox, redis, ChannelsConfig.DEFAULT, registry);
    deploy(hub);
    tenants = new TenantsVerticle(bus, redis, TenantsConfig.DEFAULTS, tenant, registry);
    deploy(tenants);
    deploy(channels(hub, redis, sessions));
    deployRuns(redis);
    deploy(new ConnectionsVerticle(bus, redis, sessions, registry));
    deploy(new UsageVerticle(bus, redis, sessions, registry));
    revocations = new RevocationsVerticle(bus, redis, AUTH, registry);
    tokens = tokens(redis);
    hub.nodes(Set.of(nodes.node()));
    directory.listen(inbox);
    get(inbox.open());
    gateway =
        new GatewayVerticle(
            allowing(config).operatedBy(tenant).at("127.0.0.1", 0),
            services(hub, sessions, memory.apply(registry)),
            sources(files == null ? null : transfers(redis, files)));
    gatewayDeployment = deploy(gateway);
  }

  private void deployRuns(RedisConfig redis) {
    deploy(
        new RunsVerticle(bus, redis, RunsConfig.DEFAULTS, registry)
            .admitting(tenants)
            .counting(limits.limiter().uses())
            .following(Duration.ofMillis(100)));
    deploy(
        new RunRequestsVerticle(
            bus, ServiceClient.local(bus, Duration.ofSeconds(5)), limits.limiter()));
  }

  private TokenVerifier tokens(RedisConfig redis) {
    deploy(revocations);
    TokenVerifier valid = TokenVerifier.of(AUTH);
    var issuers = new IssuersVerticle(bus, redis, valid.issuers(), tenant, registry);
    deploy(issuers);
    TokenVerifier trusted = valid.refusing(revocations::has).admitting(tenants);
    revocations.onMore(() -> directory.closeRefused(trusted::refusal));
    tenants.onChanged(() -> directory.closeRefused(trusted::refusal));
    issuers.onChanged(() -> directory.closeRefused(trusted::refusal));
    return trusted;
  }

  private SessionsVerticle sessions(RedisConfig redis) {
    SessionsConfig config = SessionsConfig.defaults().withChannels(8);
    return new SessionsVerticle(bus, redis, config, event -> Future.succeededFuture(), registry);
  }

  private ChannelsVerticle channels(HubVerticle hub, RedisConfig redis, ServiceClient sessions) {
    return new ChannelsVerticle(hub, redis, ChannelsConfig.DEFAULT, sessions, registry)
        .limitedBy(HttpFixture::retained)
        .counting(limits.limiter().uses())
        .admitting(tenants);
  }

  /** The tenant {@code full} may retain nothing. */
  private static RetainedLimits retained(String tenant) {
    Amount most = new Amount(tenant.equals("full") ? 0 : 1_000_000, 1L << 40);
    return new RetainedLimits(most, most);
  }

  private Transfers transfers(RedisConfig redis, Path folder) {
    Duration ten = Duration.ofMinutes(10);
    var config =
        new FilesConfig(folder, TenantFiles.DEFAULTS, Map.of(), ten, ten, ten, ten, ten, ten);
    try {
      var storage = FolderStorage.open(folder);
      deploy(
          new FilesVerticle(
              bus, redis, config, storage, event -> Future.succeededFuture(), registry));
      var files = ServiceClient.local(bus, Duration.ofSeconds(10));
      return new Transfers(vertx, files, storage, config);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String node() {
    return nodes.name();
  }

  private HttpSources sources(Transfers files) {
    bus.witnessedBy(audit);
    return new HttpSources(
        new ServiceClient(bus, Duration.ofSeconds(5)),
        ServiceClient.local(bus, Duration.ofSeconds(5)),
        () -> "{\"node\":null,\"gateway\":{\"port\":1}}",
        files,
        audit,
        new Development(SECRET, AUTH),
        HttpFixture::credentials);
  }

  /** They take some ms. */
  private static String credentials(Verified token) {
    if (Context.isOnEventLoopThread()) {
      throw new IllegalStateException("on an event loop");
    }
    return "line for " + token.account().service();
  }

  private static GatewayConfig allowing(GatewayConfig config) {
    return GatewayConfig.of(
            config.host(),
            config.port(),
            Set.of(ORIGIN),
            config.frameLimit(),
            config.helloTimeout(),
            config.heartbeat(),
            config.publishRate(),
            config.slowLimit(),
            config.writeBuffer(),
            config.ackFlush())
        .with(config.sockets())
        .withExpiryGrace(config.expiryGrace());
  }

  private GatewayServices services(HubVerticle hub, ServiceClient sessions, NodeMemory memory) {
    return new GatewayServices(
        nodes.node(),
        tokens,
        sessions,
        ServiceClient.local(bus, Duration.ofSeconds(5)),
        loop -> new Fanout(loop, hub),
        directory,
        registry,
        new HealthChecks(
            Map.of("loop", () -> healthy),
            Map.of("redis", () -> healthy),
            Map.of("node", () -> healthy)),
        admission,
        () -> accepting,
        limits.limiter(),
        memory);
  }

  private String deploy(Deployable verticle) {
    return get(vertx.deployVerticle(verticle));
  }

  public int port() {
    return gateway.port();
  }

  public URI uri(String path) {
    return URI.create("http://127.0.0.1:" + port() + path);
  }

  public String token(String user, String... permissions) {
    return tokenOf(tenant, user, permissions);
  }

  public static String tokenOf(String tenant, String user, String... permissions) {
    var caller = new Caller.User(tenant, user, Set.of(), Set.of(permissions));
    return new TokenSigner(SECRET, AUTH).sign(caller, Duration.ofMinutes(10));
  }

  /** A token that opens one channel to a user's sessions. */
  public static String channelTokenOf(String tenant, String user, String channel) {
    var caller = new Caller.User(tenant, user, Set.of(), Set.of());
    ChannelName name = ChannelName.parse(channel);
    return new TokenSigner(SECRET, AUTH)
        .signForChannel(caller, Duration.ofMinutes(10), name, Set.of("subscribe"), null);
  }

  /** A token of a service with every permission. */
  public HttpCalls service() {
    return as(token("svc", ALL));
  }

  public HttpCalls user(String user, String... permissions) {
    return as(token(user, permissions));
  }

  /**
   * @param token null: none
   */
  public HttpCalls as(String token) {
    return new HttpCalls(this, token);
  }

  public static <T> T get(Future<T> future) {
    try {
      return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    clients.close();
    get(vertx.undeploy(gatewayDeployment)); // first, while there is who detaches its sessions
    get(vertx.close());
  }
}
