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
 * Ends connections that keep the node waiting for the first request's headers, for a body, or for
 * the next request, even if a byte comes now and then. No time runs while a request is worked on;
 * WebSockets and streams have limits of their own. Confined to its event loop, and driven by its
 * owner's timer.
 */
public final class RequestTimeouts {
  private static final int IDLE_FACTOR = 6;

  private final long first;
  private final long other;
  private final Map<HttpConnection, Long> deadlines = new HashMap<>();

  /**
   * @param first longest time from a new connection to its first request's headers; a body, or the
   *     time between two requests, may take six times as long
   */
  public RequestTimeouts(Duration first) {
    this.first = first.toNanos();
    this.other = IDLE_FACTOR * this.first;
  }

  /** Notes that a client has connected. */
  public void opened(HttpConnection connection) {
    deadlines.put(connection, System.nanoTime() + first);
    connection.closeHandler(closed -> deadlines.remove(connection));
  }

  /** Notes a request that becomes a WebSocket, which has limits of its own. */
  public void upgrading(HttpServerRequest request) {
    deadlines.remove(request.connection());
    request.response().endHandler(ended -> answered(request));
  }

  /** Notes that the headers of a request are there, and waits for its body. */
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

  /** Notes that the request is whole. */
  public void complete(RoutingContext routing) {
    deadlines.remove(routing.request().connection());
    routing.next();
  }

  private void wait(HttpConnection connection) {
    deadlines.put(connection, System.nanoTime() + other);
  }

  /** Closes connections that are late. Must be called often enough for the shortest limit. */
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
