package dev.holdfast.gateway.files;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.gateway.http.Problem;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Refuses a request, also while its body is still coming. */
final class Refusal {
  private static final Logger LOG = LoggerFactory.getLogger(Refusal.class);

  /** The time for which a refused client may go on sending, so that it can read the answer. */
  private static final long LAST_WORDS_MS = 2_000;

  /** Headers of content that is not sent in the end. */
  private static final List<String> OF_CONTENT =
      List.of("etag", "content-disposition", "accept-ranges", "content-length");

  private Refusal() {}

  static void send(RoutingContext routing, Throwable failure) {
    Problem problem = Problem.of(failure);
    if (problem.code() == ErrorCode.INTERNAL) {
      // The route's pattern, never the path, which may hold a ticket.
      String route = routing.currentRoute().getPath();
      LOG.error("{} {} failed", routing.request().method(), route, failure);
    } else {
      LOG.debug("{}: {}", routing.request().method(), failure.toString());
    }
    HttpServerRequest request = routing.request();
    OF_CONTENT.forEach(routing.response().headers()::remove);
    if (!request.isEnded() && request.method() != HttpMethod.GET) {
      discard(routing);
    } else {
      request.resume();
    }
    if (Tus.isTus(request)) {
      routing.response().putHeader(Tus.RESUMABLE, Tus.VERSION);
    }
    problem.send(routing.response());
  }

  /** Reads and drops the rest of the body for a while; then the connection ends. */
  private static void discard(RoutingContext routing) {
    HttpServerRequest request = routing.request();
    if (request.headers().contains("content-length")
        || request.headers().contains("transfer-encoding")) {
      routing.response().putHeader("connection", "close");
      long timer = routing.vertx().setTimer(LAST_WORDS_MS, late -> request.connection().close());
      request.connection().closeHandler(closed -> routing.vertx().cancelTimer(timer));
    }
    request.exceptionHandler(gone -> LOG.debug("body: {}", gone.toString()));
    request.handler(ignored -> {});
    request.resume();
  }
}
