package dev.holdfast.gateway.server;

import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Ends connections that keep the node waiting: for the first request's headers, for a body, for the
 * next request; however slowly a byte comes now and then. While a request is worked on, nothing is
 * waited for; WebSockets and streams have limits of their own. Confined to its event loop, and
 * driven by its owner's timer.
 */
public final class RequestTimeouts {
  private static final int IDLE_FACTOR = 6;

  private final long first;
  private final long other;
  private final Map<HttpConnection, Long> deadlines = new HashMap<>();

  /**
   * @param first how long a new connection may take until its first request's headers are there; a
   *     body, or the time between two requests, may take six times as long
   */
  public RequestTimeouts(Duration first) {
    this.first = first.toNanos();
    this.other = IDLE_FACTOR * this.first;
  }

  /** A client has connected. */
  public void opened(HttpConnection connection) {
    deadlines.put(connection, System.nanoTime() + first);
    connection.closeHandler(closed -> deadlines.remove(connection));
  }

  /** A request to become a WebSocket is there. */
  public void upgrading(HttpServerRequest request) {
    deadlines.remove(request.connection());
    request.response().endHandler(ended -> answered(request));
  }

  /** The headers of a request are there; its body is waited for. */
  public void begun(RoutingContext routing) {
    HttpConnection connection = routing.request().connection();
    wait(connection);
    routing.addEndHandler(
        ended -> {
          if (ended.succeeded()) {
            answered(routing.request());
          }
        });
  }

  private void answered(HttpServerRequest request) {
    if (request.response().getStatusCode() != 101) {
      wait(request.connection());
    }
  }

  /** All of the request is there. */
  public void complete(RoutingContext routing) {
    deadlines.remove(routing.request().connection());
    routing.next();
  }

  private void wait(HttpConnection connection) {
    deadlines.put(connection, System.nanoTime() + other);
  }

  /** To be called often enough for the shortest of the limits. */
  public void tick() {
    long now = System.nanoTime();
    List<HttpConnection> late = new ArrayList<>();
    deadlines.forEach(
        (connection, deadline) -> {
          if (now - deadline > 0) {
            late.add(connection);
          }
        });
    for (HttpConnection connection : late) {
      deadlines.remove(connection);
      connection.close();
    }
  }
}
