package dev.holdfast.gateway;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the server answers over HTTP, and where the WebSocket begins. */
final class HttpRoutes {
  private static final Logger LOG = LoggerFactory.getLogger(HttpRoutes.class);
  private static final String PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8";

  private final Vertx vertx;
  private final GatewayLoop loop;

  HttpRoutes(Vertx vertx, GatewayLoop loop) {
    this.vertx = vertx;
    this.loop = loop;
  }

  Handler<HttpServerRequest> handler() {
    Upgrade upgrade = new Upgrade(loop);
    Router router = router();
    return request -> {
      if (Upgrade.isFor(request)) {
        upgrade.handle(request);
      } else {
        router.handle(request);
      }
    };
  }

  private Router router() {
    HealthChecks health = loop.services.health();
    Router router = Router.router(vertx);
    router.get("/health/live").handler(routing -> answer(routing, health.live()));
    router.get("/health/ready").handler(routing -> answer(routing, health.ready()));
    router.get("/health/started").handler(routing -> answer(routing, health.started()));
    router.get("/metrics").handler(this::metrics);
    refuse(router, 404, "There is nothing at this address.");
    refuse(router, 405, "This address does not take this method.");
    refuse(router, 400, "The request is not valid.");
    refuse(router, 413, "It is larger than the limit.");
    router.errorHandler(500, this::failed);
    return router;
  }

  private static void answer(RoutingContext routing, Map<String, BooleanSupplier> checks) {
    Map<String, Boolean> outcomes = HealthChecks.run(checks);
    boolean up = !outcomes.containsValue(false);
    JsonObject body = new JsonObject().put("status", up ? "up" : "down");
    JsonObject named = new JsonObject();
    outcomes.forEach((name, holds) -> named.put(name, holds ? "up" : "down"));
    routing.response().setStatusCode(up ? 200 : 503);
    routing.response().putHeader("cache-control", "no-store");
    routing.json(body.put("checks", named));
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

  private static void refuse(Router router, int status, String detail) {
    router.errorHandler(status, routing -> Problem.send(routing.response(), status, detail));
  }

  private void failed(RoutingContext routing) {
    LOG.error("{} failed", routing.request().path(), routing.failure());
    Problem.send(routing.response(), 500, "Something went wrong on our side.");
  }
}
