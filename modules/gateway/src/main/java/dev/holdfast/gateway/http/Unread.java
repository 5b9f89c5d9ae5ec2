package dev.holdfast.gateway.http;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;

/**
 * Refuses a request whose body nobody reads: the body is dropped for a while, then the connection
 * is cut.
 */
final class Unread {
  /** The time for which a client may go on sending, so that it can read the answer. */
  private static final long LAST_WORDS_MS = 2_000;

  private Unread() {}

  /** Drops the body as it comes. Must be called before the answer. */
  static void passOver(RoutingContext routing) {
    HttpServerRequest request = routing.request();
    boolean hasBody =
        BodyRoom.declared(request) > 0 || request.headers().contains("transfer-encoding");
    if (hasBody && !request.isEnded() && !routing.response().ended()) {
      routing.response().putHeader(HttpHeaders.CONNECTION, "close");
      request.exceptionHandler(gone -> {});
      request.handler(ignored -> {});
      request.resume();
      routing
          .vertx()
          .setTimer(
              LAST_WORDS_MS,
              late -> {
                if (!request.isEnded()) {
                  request.connection().close();
                }
              });
    }
  }
}
