package dev.holdfast.gateway.files;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.gateway.http.Problem;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
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

  /** Ends the connection if the answer has begun: what its client got is not all of it. */
  static void send(RoutingContext routing, Throwable failure) {
    Problem problem = Problem.of(failure);
    HttpServerRequest request = routing.request();
    HttpServerResponse response = routing.response();
    log(routing, failure, problem);
    if (response.closed() || response.headWritten()) {
      request.connection().close();
      return;
    }
    OF_CONTENT.forEach(response.headers()::remove);
    if (!request.isEnded() && request.method() != HttpMethod.GET) {
      discard(routing);
    } else {
      request.resume();
    }
    if (Tus.isTus(request)) {
      response.putHeader(Tus.RESUMABLE, Tus.VERSION);
    }
    problem.send(response);
  }

  private static void log(RoutingContext routing, Throwable failure, Problem problem) {
    HttpServerResponse response = routing.response();
    // The route's pattern, never the path, which may hold a ticket.
    String what = routing.request().method() + " " + routing.currentRoute().getPath();
    if (response.closed() || failure instanceof ClosedChannelException) {
      LOG.debug("{}: its client has gone", what);
    } else if (response.headWritten() && failure instanceof IOException) {
      LOG.info("{}: the answer broke off: {}", what, failure.toString());
    } else if (problem.code() == ErrorCode.INTERNAL) {
      LOG.error("{} failed", what, failure);
    } else {
      LOG.debug("{}: {}", what, failure.toString());
    }
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
