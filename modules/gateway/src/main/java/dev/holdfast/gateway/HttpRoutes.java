package dev.holdfast.gateway;

import dev.holdfast.gateway.files.FileOperations;
import dev.holdfast.gateway.http.Cors;
import dev.holdfast.gateway.http.HttpApi;
import dev.holdfast.gateway.http.HttpServices;
import dev.holdfast.gateway.http.HttpSources;
import dev.holdfast.gateway.http.NodeState;
import dev.holdfast.gateway.http.Patience;
import dev.holdfast.gateway.http.Port;
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

/** What the server answers over HTTP, and where WebSockets and streams begin. */
final class HttpRoutes {
  private static final Logger LOG = LoggerFactory.getLogger(HttpRoutes.class);
  private static final String PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8";

  private final Vertx vertx;
  private final GatewayLoop loop;

  HttpRoutes(Vertx vertx, GatewayLoop loop) {
    this.vertx = vertx;
    this.loop = loop;
  }

  Handler<HttpServerRequest> handler(HttpSources sources, Patience patience) {
    Upgrade upgrade = new Upgrade(loop);
    Port port = loop.config.managesApart() ? Port.CLIENTS : Port.BOTH;
    Router router = router(sources, patience, port);
    return request -> {
      if (Upgrade.isFor(request)) {
        patience.upgrading(request);
        upgrade.handle(request);
      } else {
        router.handle(request);
      }
    };
  }

  /** For the port of operators, where that is another one. */
  Handler<HttpServerRequest> management(HttpSources sources, Patience patience) {
    return router(sources, patience, Port.MANAGEMENT);
  }

  private Router router(HttpSources sources, Patience patience, Port port) {
    Router router = Router.router(vertx);
    if (port != Port.MANAGEMENT) {
      Cors.of(loop.config.allowedOrigins()).mount(router);
    }
    new HttpApi(services(sources), patience, handlers(sources, port)).mount(router, port);
    return router;
  }

  /** By the operations of the document. */
  private Map<String, Handler<RoutingContext>> handlers(HttpSources sources, Port port) {
    boolean all = port != Port.CLIENTS;
    HealthChecks health = loop.services.health();
    var files =
        new FileOperations(loop.services.tokens(), loop.services.limiter(), sources.files());
    Map<String, Handler<RoutingContext>> handlers = new HashMap<>(files.handlers());
    handlers.put("connect", routing -> routing.fail(404)); // spelled in another way, see Upgrade
    handlers.put("readEvents", new EventStreams(loop)::handle);
    handlers.put("isLive", routing -> answer(routing, all, health.live(), Map.of()));
    handlers.put("isReady", routing -> answer(routing, all, health.ready(), health.said()));
    handlers.put("isStarted", routing -> answer(routing, all, health.started(), Map.of()));
    handlers.put("getMetrics", this::metrics);
    return handlers;
  }

  private HttpServices services(HttpSources sources) {
    GatewayServices node = loop.services;
    var state =
        new NodeState(
            node.node(),
            loop.config.operatorTenant(),
            () -> HealthChecks.run(node.health().ready()),
            node.directory()::sockets,
            node.directory()::size,
            node.registry());
    return new HttpServices(
        node.tokens(),
        node.sessions(),
        node.channels(),
        sources,
        state,
        node.admission(),
        node.limiter(),
        node.memory().bodies(),
        loop.config.frameLimit());
  }

  /**
   * @param all whether also what was found is said, not only what follows from it
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

  /** Off the event loop: a scrape formats every meter of the node. */
  private void metrics(RoutingContext routing) {
    Supplier<String> scrape = loop.services.registry()::scrape;
    vertx
        .executeBlocking(scrape::get, false)
        .onFailure(routing::fail)
        .compose(text -> routing.response().putHeader("content-type", PROMETHEUS_TEXT).end(text))
        .onFailure(failure -> LOG.debug("metrics were not taken: {}", failure.toString()));
  }
}
