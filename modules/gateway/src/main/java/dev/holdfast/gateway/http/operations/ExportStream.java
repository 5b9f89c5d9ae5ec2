package dev.holdfast.gateway.http.operations;

import dev.holdfast.connections.usage.UsageMessage.Exported;
import dev.holdfast.gateway.http.ApiRequest;
import dev.holdfast.gateway.http.MediaTypes;
import dev.holdfast.gateway.http.Problem;
import dev.holdfast.gateway.http.Rates;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends an export: a part is asked for when the socket has taken the one before; an empty line says
 * that one had nothing. What goes wrong is named in a last line. Whoever leaves, or takes nothing
 * for a minute, ends it. Confined to its event loop.
 */
final class ExportStream {
  private static final Logger LOG = LoggerFactory.getLogger(ExportStream.class);
  private static final long STALLED_S = 60;

  /** What is to be taken within that time. */
  private static final int PIECE = 64 << 10;

  private final ApiRequest request;
  private final HttpServerResponse response;
  private final TenantExports.Source source;
  private final Rates rates;
  private int parts = 1;
  private boolean over;

  ExportStream(ApiRequest request, TenantExports.Source source, Rates rates) {
    this.request = request;
    this.response = request.http().response();
    this.source = source;
    this.rates = rates;
  }

  void begin(Exported first) {
    response
        .setChunked(true)
        .putHeader(HttpHeaders.CONTENT_TYPE, MediaTypes.LINES)
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
        .closeHandler(gone -> leave());
    send(first);
  }

  private void send(Exported part) {
    Buffer lines = Buffer.buffer(part.lines().isEmpty() ? "\n" : part.lines());
    over |= part.last();
    Future<Void> taken = write(lines, 0).onFailure(stalled -> cut());
    if (part.last()) {
      rates.answered(request.caller, lines.length());
      taken
          .compose(sent -> response.end())
          .onFailure(gone -> LOG.debug("the asker left at the end of an export"));
      return;
    }
    taken
        .compose(sent -> rates.part(request.vertx(), request.caller, lines.length()))
        .compose(turn -> next())
        .onSuccess(this::send)
        .onFailure(this::fail);
  }

  /** Writes a piece, and the next one when it is taken. */
  private Future<Void> write(Buffer lines, int from) {
    int to = Math.min(lines.length(), from + PIECE);
    Future<Void> taken = response.write(lines.slice(from, to)).timeout(STALLED_S, TimeUnit.SECONDS);
    return to == lines.length() ? taken : taken.compose(sent -> write(lines, to));
  }

  private Future<Exported> next() {
    request.checkRefusal();
    return over ? Future.failedFuture("the asker has left") : source.part(parts++);
  }

  private void fail(Throwable failure) {
    if (over) {
      return;
    }
    leave();
    Problem problem = Problem.of(failure);
    LOG.warn("An export of tenant {} broke off: {}", source.tenant(), "" + failure);
    JsonObject said = problem.json();
    JsonObject line =
        new JsonObject()
            .put("kind", "error")
            .put("code", said.getString("code"))
            .put("detail", said.getString("detail"))
            .put("retryable", said.getBoolean("retryable"));
    response.end(line.encode() + "\n").onFailure(gone -> LOG.debug("nobody reads why"));
  }

  private void cut() {
    leave();
    request.http().connection().close();
  }

  private void leave() {
    if (!over) {
      over = true;
      source.leave();
    }
  }
}
