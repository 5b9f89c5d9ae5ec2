package dev.holdfast.gateway;

import dev.holdfast.gateway.config.GatewayConfig;
import dev.holdfast.gateway.edge.AguiEdge;
import dev.holdfast.gateway.edge.ChatEdge;
import dev.holdfast.gateway.files.FileOperations;
import dev.holdfast.gateway.http.BodyRoom;
import dev.holdfast.gateway.http.Cors;
import dev.holdfast.gateway.http.Credentials;
import dev.holdfast.gateway.http.HttpApi;
import dev.holdfast.gateway.http.Port;
import dev.holdfast.gateway.http.Rates;
import dev.holdfast.gateway.http.operations.ChannelViews;
import dev.holdfast.gateway.http.operations.Connections;
import dev.holdfast.gateway.http.operations.Issuers;
import dev.holdfast.gateway.http.operations.NodeState;
import dev.holdfast.gateway.http.operations.NodeViews;
import dev.holdfast.gateway.http.operations.Revoking;
import dev.holdfast.gateway.http.operations.SchemaViews;
import dev.holdfast.gateway.http.operations.Sessions;
import dev.holdfast.gateway.http.operations.StoreViews;
import dev.holdfast.gateway.http.operations.TenantExports;
import dev.holdfast.gateway.http.operations.TenantLimits;
import dev.holdfast.gateway.http.operations.TenantStates;
import dev.holdfast.gateway.http.publish.Publishing;
import dev.holdfast.gateway.http.runs.Agents;
import dev.holdfast.gateway.http.runs.Runs;
import dev.holdfast.gateway.http.runs.Threads;
import dev.holdfast.gateway.http.runs.Work;
import dev.holdfast.gateway.page.Pages;
import dev.holdfast.gateway.server.RequestTimeouts;
import dev.holdfast.gateway.socket.Upgrade;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The routes of the server: HTTP requests, and requests that open WebSockets and streams. */
final class HttpRoutes {
  private static final Logger LOG = LoggerFactory.getLogger(HttpRoutes.class);
  private static final String PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8";

  private final Vertx vertx;
  private final GatewayLoop loop;
  private final GatewayConfig config;
  private final GatewayServices services;
  private final HttpSources sources;

  HttpRoutes(
      Vertx vertx,
      GatewayLoop loop,
      GatewayConfig config,
      GatewayServices services,
      HttpSources sources) {
    this.vertx = vertx;
    this.loop = loop;
    this.config = config;
    this.services = services;
    this.sources = sources;
  }

  Handler<HttpServerRequest> handler(RequestTimeouts timeouts) {
    Upgrade upgrade = loop.upgrade();
    Port port = config.managesApart() ? Port.CLIENTS : Port.BOTH;
    Router router = router(timeouts, port);
    return request -> {
      if (Upgrade.isFor(request)) {
        timeouts.upgrading(request);
        upgrade.handle(request);
      } else {
        router.handle(request);
      }
    };
  }

  /** Returns the handler for the port of operators, if that is another than the clients'. */
  Handler<HttpServerRequest> management(RequestTimeouts timeouts) {
    return router(timeouts, Port.MANAGEMENT);
  }

  private Router router(RequestTimeouts timeouts, Port port) {
    Router router = Router.router(vertx);
    if (port != Port.MANAGEMENT) {
      Cors.of(config.allowedOrigins()).mount(router);
    }
    Rates rates = new Rates(services.limiter());
    var room = new BodyRoom(services.memory(), HttpApi.BODY_LIMIT);
    var api =
        new HttpApi(
            services.tokens(), services.admission(), rates, room, services.registry(), timeouts);
    api.audited(sources.audit()).addPlain(handlers(port));
    addOperations(api, rates);
    api.mount(router, port);
    return router;
  }

  /** Returns the handlers by the operations of the document. */
  private Map<String, Handler<RoutingContext>> handlers(Port port) {
    boolean all = port != Port.CLIENTS;
    HealthChecks health = services.health();
    var files = new FileOperations(services.tokens(), services.limiter(), sources.files());
    Map<String, Handler<RoutingContext>> handlers = new HashMap<>(files.handlers());
    handlers.putAll(new Pages(sources.development()).handlers());
    handlers.put("connect", routing -> routing.fail(404)); // spelled in another way, see Upgrade
    handlers.put("readEvents", loop.streams()::handle);
    handlers.put("readRunEvents", loop.runStreams()::handle);
    handlers.put("isLive", routing -> answer(routing, all, health.live(), Map.of()));
    handlers.put("isReady", routing -> answer(routing, all, health.ready(), health.said()));
    handlers.put("isStarted", routing -> answer(routing, all, health.started(), Map.of()));
    handlers.put("getMetrics", this::metrics);
    return handlers;
  }

  private void addOperations(HttpApi api, Rates rates) {
    String operators = config.operatorTenant();
    var channels = services.channels();
    var connections = sources.connections();
    api.add(new Publishing(channels, rates, config.frameLimit(), services.registry()).operations())
        .add(new ChannelViews(channels, services.registry(), operators).operations())
        .add(new SchemaViews(channels, services.registry()).operations())
        .add(new Sessions(services.sessions(), channels).operations())
        .add(new Runs(channels, loop.runStreams()).operations())
        .add(new Threads(channels).operations())
        .add(new Agents(channels).operations())
        .add(new Work(channels).operations())
        .add(new AguiEdge(channels, loop.runStreams(), services.registry()).operations())
        .add(new ChatEdge(channels, loop.runStreams()).operations())
        .add(new Connections(connections).operations())
        .add(new Revoking(services.sessions(), operators).operations())
        .add(Credentials.operations(sources.credentials(), sources.audit()))
        .add(new Issuers(services.sessions(), operators).operations())
        .add(new TenantStates(services.sessions(), operators).operations())
        .add(new TenantExports(sources.usage(), rates, operators).operations())
        .add(new TenantLimits(services.limiter(), sources.audit(), operators).operations())
        .add(new NodeViews(state(), connections, sources.config()).operations())
        .add(new StoreViews(sources.usage(), operators).operations());
  }

  private NodeState state() {
    return new NodeState(
        services.node(),
        config.operatorTenant(),
        () -> HealthChecks.run(services.health().ready()),
        services.directory()::sockets,
        services.directory()::size,
        services.registry());
  }

  /**
   * @param all whether to answer the outcome of each check, too, and not only the status that
   *     follows
   */
  private static void answer(
      RoutingContext routing,
      boolean all,
      Map<String, BooleanSupplier> checks,
      Map<String, String> details) {
    Map<String, Boolean> outcomes = HealthChecks.run(checks);
    boolean up = !outcomes.containsValue(false);
    JsonObject body = new JsonObject().put("status", up ? "up" : "down");
    JsonObject named = new JsonObject();
    outcomes.forEach((name, holds) -> named.put(name, holds ? "up" : "down"));
    routing.response().setStatusCode(up ? 200 : 503);
    routing.response().putHeader("cache-control", "no-store");
    if (all) {
      body.put("checks", named);
    }
    if (all && !details.isEmpty()) {
      body.put("details", new JsonObject(Map.copyOf(details)));
    }
    routing.json(body);
  }

  /** Formats every meter of the node, which takes time: a worker does it. */
  private void metrics(RoutingContext routing) {
    Supplier<String> scrape = services.registry()::scrape;
    vertx
        .executeBlocking(scrape::get, false)
        .onFailure(routing::fail)
        .compose(text -> routing.response().putHeader("content-type", PROMETHEUS_TEXT).end(text))
        .onFailure(failure -> LOG.debug("metrics were not taken: {}", failure.toString()));
  }
}
