package dev.holdfast.gateway;

import dev.holdfast.core.bounds.Doors;
import dev.holdfast.gateway.config.GatewayConfig;
import dev.holdfast.gateway.config.ManagementConfig;
import dev.holdfast.gateway.config.TlsConfig;
import dev.holdfast.gateway.http.InvalidRequests;
import dev.holdfast.gateway.server.Arrivals;
import dev.holdfast.gateway.server.Entrance;
import dev.holdfast.gateway.server.Identity;
import dev.holdfast.gateway.server.IdentityWatch;
import dev.holdfast.gateway.server.RequestTimeouts;
import dev.holdfast.gateway.socket.Upgrade;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.ServerSSLOptions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The edge of a node: WebSockets, the HTTP API with its streams of events, health and metrics. It
 * is deployed as an event-loop verticle, with one instance for each event loop. The instances share
 * the port. Each has its own connections and touches no other's. They share {@link
 * GatewayServices}, which is safe on any thread.
 */
public final class GatewayVerticle extends VerticleBase {
  private static final Logger LOG = LoggerFactory.getLogger(GatewayVerticle.class);
  private static final int LONGEST_HEADERS = 32 * 1024;

  /**
   * Bytes of the kernel's send buffer. Without a limit the kernel keeps megabytes for each client
   * that takes nothing.
   */
  private static final int SEND_BUFFER = 256 << 10;

  /** Bytes of a request line: a token by query fits. */
  private static final int LONGEST_LINE = 20 * 1024;

  /** Bytes of one piece of a large body: as many as one read from the socket brings. */
  private static final int BODY_PIECE = 64 * 1024;

  private static final int CLOSING_SECONDS = 3;
  private static final int STOP_SECONDS = 10;

  /**
   * The port to ask for if any free one will do: Vert.x gives all instances that ask for the same
   * negative port the same free one.
   */
  private static final int SHARED_FREE_PORT = -1;

  private final GatewayConfig config;
  private final GatewayServices services;
  private final HttpSources sources;

  @SuppressWarnings("NullAway.Init")
  private GatewayLoop loop;

  @SuppressWarnings("NullAway.Init")
  private HttpServer server;

  /** The server for operators; none if they are answered at the port of clients. */
  private @Nullable HttpServer management;

  public GatewayVerticle(GatewayConfig config, GatewayServices services, HttpSources sources) {
    this.config = config;
    this.services = services;
    this.sources = sources;
  }

  /**
   * Returns the port at which clients are answered; the real one if the configured one is 0. Valid
   * after the deployment.
   */
  public int port() {
    return server.actualPort();
  }

  /** Returns the port at which operators are answered. Valid after the deployment. */
  int managementPortInUse() {
    return management == null ? port() : management.actualPort();
  }

  @Override
  public Future<?> start() {
    loop = new GatewayLoop(context, config, services);
    TlsConfig tls = config.tls();
    if (tls == null) {
      return listen(options());
    }
    var watch = new IdentityWatch(vertx, tls, services.registry());
    return watch
        .read()
        .compose(identity -> listen(encrypted(options(), identity)))
        .onSuccess(listening -> watch.watch(server));
  }

  private Future<HttpServer> listen(HttpServerOptions options) {
    server = vertx.createHttpServer(options);
    RequestTimeouts timeouts = new RequestTimeouts(config.helloTimeout());
    Entrance entrance = new Entrance(services.admission());
    server.connectionHandler(new Arrivals(entrance, options, timeouts)::came);
    server.requestHandler(routes().handler(timeouts));
    server.invalidRequestHandler(InvalidRequests::refuse);
    server.exceptionHandler(failure -> LOG.debug("HTTP connection: {}", failure.toString()));
    vertx.setPeriodic(config.tick().toMillis(), tick -> tick(timeouts));
    vertx.setPeriodic(config.ackFlush().toMillis(), flush -> loop.flush());
    return server
        .listen()
        .onSuccess(on -> guard(server, entrance))
        .compose(on -> listenForOperators());
  }

  private HttpRoutes routes() {
    return new HttpRoutes(vertx, loop, config, services, sources);
  }

  private void guard(HttpServer listening, Doors.Gate gate) {
    Doors.of(vertx).ifPresent(doors -> doors.guard(listening.actualPort(), gate));
  }

  /**
   * Listens for operators by a server of its own, so that no client's connection takes a place from
   * them.
   */
  private Future<HttpServer> listenForOperators() {
    if (!config.managesApart()) {
      return Future.succeededFuture();
    }
    RequestTimeouts timeouts = new RequestTimeouts(config.helloTimeout());
    HttpServer operators =
        vertx.createHttpServer(plain(config.management().host(), managementPort()));
    management = operators;
    operators.connectionHandler(timeouts::opened);
    operators.requestHandler(routes().management(timeouts));
    operators.invalidRequestHandler(InvalidRequests::refuse);
    operators.exceptionHandler(failure -> LOG.debug("operator: {}", failure.toString()));
    vertx.setPeriodic(config.tick().toMillis(), tick -> timeouts.tick());
    return operators
        .listen()
        .onSuccess(on -> guard(operators, services.admission().operators()))
        .recover(this::notManaged);
  }

  private int managementPort() {
    return config.management().port() == 0 ? SHARED_FREE_PORT - 1 : config.management().port();
  }

  private Future<HttpServer> notManaged(Throwable failure) {
    ManagementConfig wanted = config.management();
    String what =
        "gateway.management: port %d at %s is not available: %s"
            .formatted(wanted.port(), wanted.host(), failure.getMessage());
    return Future.failedFuture(new IllegalStateException(what, failure));
  }

  private static HttpServerOptions plain(String host, int port) {
    return new HttpServerOptions()
        .setHost(host)
        .setPort(port)
        .setHttp2ClearTextEnabled(false)
        .setStrictThreadMode(true) // everything is written on its event loop: 4 KiB less for each
        .setSendBufferSize(SEND_BUFFER)
        .setMaxHeaderSize(LONGEST_HEADERS)
        .setMaxInitialLineLength(LONGEST_LINE);
  }

  private void tick(RequestTimeouts timeouts) {
    loop.tick();
    timeouts.tick();
  }

  /** Detaches every session, for 10 s at most. Other nodes detach what is left then. */
  @Override
  public Future<?> stop() {
    return loop.stop()
        .timeout(STOP_SECONDS, TimeUnit.SECONDS)
        .recover(this::tooSlow)
        .eventually(server::close)
        .eventually(() -> management == null ? Future.succeededFuture() : management.close());
  }

  private Future<Void> tooSlow(Throwable failure) {
    LOG.warn("stopped before all sessions were detached: {}", failure.toString());
    return Future.succeededFuture();
  }

  private static HttpServerOptions encrypted(HttpServerOptions options, Identity identity) {
    ServerSSLOptions tls = identity.options();
    // Without ALPN: HTTP/1.1 is used, as without TLS.
    options.setSsl(true).setUseAlpn(false).setKeyCertOptions(tls.getKeyCertOptions());
    options.setEnabledSecureTransportProtocols(tls.getEnabledSecureTransportProtocols());
    return options;
  }

  private HttpServerOptions options() {
    return plain(config.host(), config.port() == 0 ? SHARED_FREE_PORT : config.port())
        .setMaxChunkSize(BODY_PIECE)
        .setWebSocketSubProtocols(List.of(Upgrade.SUB_PROTOCOL))
        .setPerFrameWebSocketCompressionSupported(false)
        .setPerMessageWebSocketCompressionSupported(false)
        .setMaxWebSocketFrameSize(config.frameLimit())
        .setMaxWebSocketMessageSize(config.frameLimit())
        .setIdleTimeout(config.idle())
        .setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
        .setWebSocketClosingTimeout(CLOSING_SECONDS);
  }
}
