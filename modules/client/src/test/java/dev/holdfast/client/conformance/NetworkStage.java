package dev.holdfast.client.conformance;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.client.conformance.Stage.Happening.Kind;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.internal.http.WebSocketInternal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * A fake node with two ports, and a client in a process of its own. What happens is kept in order
 * under one lock; a script waits for it in real time.
 */
final class NetworkStage implements Stage {
  private static final String SUB_PROTOCOL = "holdfast.v1";

  private final List<Happening> happenings = new ArrayList<>();
  private final List<ServerWebSocket> sockets = new ArrayList<>();
  private final Set<Integer> ended = new HashSet<>();
  private final Vertx vertx;
  private final List<HttpServer> servers = new ArrayList<>();
  private final ClientProcess client;
  private final int scale;
  private int refuseStatus;
  private long refuseAfter;

  NetworkStage(Vertx vertx, ClientProcess client, int scale) {
    this.vertx = vertx;
    this.client = client;
    this.scale = scale;
    client.reportTo(report -> add(Kind.REPORT, 0, 0, report));
    for (int address = 1; address <= 2; address++) {
      servers.add(listen(address));
    }
  }

  private HttpServer listen(int address) {
    var options =
        new HttpServerOptions()
            .setHost("127.0.0.1")
            .setWebSocketSubProtocols(List.of(SUB_PROTOCOL));
    return done(
        vertx
            .createHttpServer(options)
            .requestHandler(request -> upgrade(address, request))
            .listen(0));
  }

  private static <T> T done(Future<T> future) {
    return future.toCompletionStage().toCompletableFuture().orTimeout(10, TimeUnit.SECONDS).join();
  }

  private synchronized void upgrade(int address, HttpServerRequest request) {
    if (refuseStatus != 0) {
      add(Kind.REFUSED, 0, address, null);
      request.response().putHeader("retry-after", Long.toString(refuseAfter));
      request.response().setStatusCode(refuseStatus).end();
      refuseStatus = 0;
      return;
    }
    ObjectNode offer = Play.MAPPER.createObjectNode();
    offer.put("protocols", String.join(",", request.headers().getAll("sec-websocket-protocol")));
    if (request.headers().contains("authorization")) {
      offer.put("authorization", request.getHeader("authorization"));
    }
    request.toWebSocket().onSuccess(socket -> opened(address, offer, socket));
  }

  private synchronized void opened(int address, ObjectNode offer, ServerWebSocket socket) {
    sockets.add(socket);
    int link = sockets.size();
    add(Kind.OPENED, link, address, offer);
    socket.textMessageHandler(text -> add(Kind.FRAME, link, 0, Play.parse(text)));
    socket.closeHandler(done -> closed(link));
    socket.exceptionHandler(failure -> {});
  }

  private synchronized void closed(int link) {
    if (!ended.contains(link)) {
      add(Kind.CLOSED, link, 0, null);
    }
  }

  private synchronized void add(Kind kind, int link, int address, ObjectNode json) {
    happenings.add(new Happening(kind, link, address, json, now()));
    notifyAll();
  }

  @Override
  public synchronized List<Happening> happenings() {
    return List.copyOf(happenings);
  }

  @Override
  public synchronized void take(Happening happening) {
    happenings.remove(happening);
  }

  @Override
  public synchronized boolean await(int seen, long until) {
    while (happenings.size() == seen) {
      long left = until - now();
      if (left <= 0) {
        return false;
      }
      try {
        wait(left);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
    return true;
  }

  @Override
  public long now() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
  }

  @Override
  public int scale() {
    return scale;
  }

  private synchronized ServerWebSocket socket(int link) {
    return sockets.get(link - 1);
  }

  private synchronized ServerWebSocket ending(int link) {
    ended.add(link);
    return sockets.get(link - 1);
  }

  @Override
  public void send(int link, String text) {
    socket(link).writeTextMessage(text);
  }

  @Override
  public void close(int link, int code, String reason) {
    ending(link).close((short) code, reason);
  }

  @Override
  public void cut(int link) {
    ((WebSocketInternal) ending(link)).channelHandlerContext().close();
  }

  @Override
  public synchronized void refuseNext(int status, long retryAfterSeconds) {
    refuseStatus = status;
    refuseAfter = retryAfterSeconds;
  }

  @Override
  public List<String> addresses(int count) {
    return servers.stream()
        .limit(count)
        .map(server -> "ws://127.0.0.1:" + server.actualPort() + "/v1/connect")
        .toList();
  }

  @Override
  public void command(ObjectNode command) {
    if (command.path("do").asText().equals("start")) {
      forget();
    }
    client.command(command);
  }

  /** What an earlier client still has to report is no part of this script. */
  private void forget() {
    client.command(Play.json("{'do':'forget'}"));
    new Play(this).report("forgotten");
    happenings().stream().filter(each -> each.kind() == Kind.REPORT).forEach(this::take);
  }

  @Override
  public void close() {
    client.reportTo(report -> {});
    servers.forEach(server -> done(server.close()));
  }
}
