package dev.holdfast.loadtest.worker;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.ServerWebSocketHandshake;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens for coordinators at {@code /v1/work}, one at a time: another is refused with 409 until
 * everything of the one before is closed. Confined to its event loop.
 */
public final class WorkerVerticle extends VerticleBase {
  private static final Logger LOG = LoggerFactory.getLogger(WorkerVerticle.class);
  private static final String PATH = "/v1/work";
  private static final int MESSAGE_LIMIT = 256 << 20;
  private static final int UNAUTHORIZED = 401;
  private static final int NOT_FOUND = 404;
  private static final int CONFLICT = 409;

  private final WorkerConfig config;

  @SuppressWarnings("NullAway.Init")
  private HttpServer server;

  private volatile boolean taken;
  private @Nullable CoordinatorLink link;

  public WorkerVerticle(WorkerConfig config) {
    this.config = config;
  }

  @Override
  public Future<?> start() {
    var options =
        new HttpServerOptions()
            .setMaxWebSocketFrameSize(MESSAGE_LIMIT)
            .setMaxWebSocketMessageSize(MESSAGE_LIMIT);
    server =
        vertx
            .createHttpServer(options)
            .webSocketHandshakeHandler(this::asked)
            .webSocketHandler(this::linked)
            .requestHandler(request -> request.response().setStatusCode(NOT_FOUND).end());
    return server.listen(config.port(), config.host());
  }

  /** Returns the address that it listens at, once it is deployed. Any thread. */
  public URI url() {
    String host = config.host().contains(":") ? "[" + config.host() + "]" : config.host();
    return URI.create("ws://" + host + ":" + server.actualPort() + PATH);
  }

  /** Returns whether there is a coordinator. Any thread. */
  boolean taken() {
    return taken;
  }

  private void asked(ServerWebSocketHandshake handshake) {
    int refused = 0;
    if (!PATH.equals(handshake.path())) {
      refused = NOT_FOUND;
    } else if (!knowsSecret(handshake.headers().get("authorization"))) {
      refused = UNAUTHORIZED;
    } else if (taken) {
      refused = CONFLICT;
    }
    if (refused == 0) {
      taken = true;
      handshake.accept().onFailure(failure -> left());
    } else {
      handshake.reject(refused);
    }
  }

  /** Compares the secret in constant time, however much of a wrong one is right. */
  private boolean knowsSecret(@Nullable String authorization) {
    if (config.secret() == null) {
      return true;
    }
    byte[] wanted = ("Bearer " + config.secret()).getBytes(StandardCharsets.UTF_8);
    String given = authorization == null ? "" : authorization;
    return MessageDigest.isEqual(wanted, given.getBytes(StandardCharsets.UTF_8));
  }

  private void linked(ServerWebSocket socket) {
    var fresh = new CoordinatorLink(vertx, config.loops(), socket);
    link = fresh;
    fresh.ended().onComplete(ended -> left());
  }

  private void left() {
    LOG.info("The coordinator has left");
    link = null;
    taken = false;
  }

  @Override
  public Future<?> stop() {
    return link == null ? Future.succeededFuture() : link.end();
  }
}
