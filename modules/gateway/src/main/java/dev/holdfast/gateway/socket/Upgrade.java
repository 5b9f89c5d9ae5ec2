package dev.holdfast.gateway.socket;

import dev.holdfast.gateway.admission.Admission;
import dev.holdfast.gateway.admission.Client;
import dev.holdfast.gateway.config.GatewayConfig;
import dev.holdfast.gateway.connection.GatewayMetrics;
import dev.holdfast.gateway.connection.LoopConnections;
import dev.holdfast.gateway.http.Problem;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns an HTTP request into a WebSocket: origin and sub-protocol are checked here, the token with
 * the hello. The connection's handlers are set in the same run of the event loop in which the
 * socket is accepted, so that no early frame is missed.
 */
public final class Upgrade {
  public static final String SUB_PROTOCOL = "holdfast.v1";

  private static final String PATH = "/v1/connect";
  private static final Logger LOG = LoggerFactory.getLogger(Upgrade.class);

  private static final long FULL_MS = 5_000;

  private final LoopConnections connections;
  private final Admission admission;
  private final GatewayConfig config;
  private final GatewayMetrics metrics;
  private final WriteCoalescer coalescer;

  public Upgrade(
      LoopConnections connections,
      Admission admission,
      GatewayConfig config,
      GatewayMetrics metrics,
      WriteCoalescer coalescer) {
    this.connections = connections;
    this.admission = admission;
    this.config = config;
    this.metrics = metrics;
    this.coalescer = coalescer;
  }

  /**
   * Returns whether a request asks for a WebSocket. Asked before the router, which would wrap the
   * socket.
   */
  public static boolean isFor(HttpServerRequest request) {
    return request.method() == HttpMethod.GET && PATH.equals(request.path());
  }

  public void handle(HttpServerRequest request) {
    UpgradeHeaders headers = new UpgradeHeaders(request);
    Optional<Problem> problem = headers.problem();
    if (problem.isPresent()) {
      problem.get().send(request.response());
    } else if (!originAllowed(request)) {
      refuse(request, 403, "This origin is not on the node's list of allowed origins.");
    } else if (!headers.offered.contains(SUB_PROTOCOL)) {
      refuse(request, 400, "The sub-protocol " + SUB_PROTOCOL + " is required.");
    } else if (connections.stopping()) {
      refuse(request, 503, "This node is stopping; use another.");
    } else {
      admit(request, headers.token());
    }
  }

  private void admit(HttpServerRequest request, @Nullable String token) {
    Client client = admission.clientOf(request);
    long wait = admission.patience(client);
    if (wait > 0) {
      Problem.later(wait, "Too many from your address have failed to come in.")
          .send(request.response());
    } else if (!admission.opens(client)) {
      Problem.later(FULL_MS, "Your address has as many connections as it may have.")
          .send(request.response());
    } else {
      accept(request, token, client);
    }
  }

  private static void refuse(HttpServerRequest request, int status, String detail) {
    Problem.of(status, detail).send(request.response());
  }

  private void accept(HttpServerRequest request, @Nullable String token, Client client) {
    // The chosen one stands alone, so that a token is never echoed.
    request.headers().set(UpgradeHeaders.OFFER, SUB_PROTOCOL);
    request
        .toWebSocket()
        .onSuccess(socket -> request.headers().clear()) // Vert.x keeps them, and the token in them
        .onSuccess(socket -> open(socket, token, client))
        .onFailure(failure -> failed(client, failure));
  }

  private void open(ServerWebSocket socket, @Nullable String token, Client client) {
    var transport = new SocketTransport(socket, client, token, coalescer);
    connections.open(
        transport,
        connection -> {
          var inbound = new Inbound(connection, metrics, config.frameLimit());
          transport.open(connection, inbound, admission, config.writeBuffer());
        });
  }

  private void failed(Client client, Throwable failure) {
    admission.closed(client);
    LOG.debug("upgrade failed: {}", failure.toString());
  }

  private boolean originAllowed(HttpServerRequest request) {
    List<String> origins = request.headers().getAll(HttpHeaders.ORIGIN);
    return origins.isEmpty()
        || origins.size() == 1 && config.allowedOrigins().contains(origins.get(0));
  }
}
