package dev.holdfast.gateway;

import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.http.WebSocketFrame;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** A client that says hello and then sends WebSocket frames as the test wants them. */
final class RawSocket {
  private final List<String> received = new CopyOnWriteArrayList<>();
  private final CompletableFuture<Integer> closed = new CompletableFuture<>();
  private final WebSocketClient client; // Vert.x closes one that nobody holds
  private final WebSocket socket;

  RawSocket(GatewayFixture node, String user, String... permissions) {
    var options =
        new WebSocketConnectOptions()
            .setHost("127.0.0.1")
            .setPort(node.port())
            .setURI("/v1/connect")
            .addSubProtocol("holdfast.v1")
            .setAllowOriginHeader(false)
            .addHeader("Authorization", "Bearer " + node.token(user, permissions));
    client =
        node.clients
            .vertx()
            .createWebSocketClient(
                new WebSocketClientOptions()
                    .setReceiveBufferSize(
                        1 << 16) // fixed, or the kernel lets it grow to what it likes
                    .setMaxFrameSize(1 << 22)
                    .setMaxMessageSize(1 << 22)
                    .setClosingTimeout(1));
    var opening = client.webSocket();
    opening.textMessageHandler(received::add);
    opening.closeHandler(gone -> closed.complete(code(opening)));
    socket = GatewayFixture.get(opening.connect(options));
    node.rawSockets.add(this);
    text("{\"type\":\"hello\",\"client\":{\"name\":\"raw\",\"version\":\"1\"}}");
    await("\"welcome\"");
  }

  private static int code(WebSocket socket) {
    return socket.closeStatusCode() == null ? 1006 : socket.closeStatusCode();
  }

  RawSocket text(String text) {
    return frame(WebSocketFrame.textFrame(text, true));
  }

  RawSocket frame(WebSocketFrame frame) {
    GatewayFixture.get(socket.writeFrame(frame));
    return this;
  }

  /** Stops reading, as a client that hangs. */
  void pause() {
    socket.pause();
  }

  void resume() {
    socket.resume();
  }

  long count(String part) {
    return received.stream().filter(text -> text.contains(part)).count();
  }

  void await(String part) {
    Awaitility.await(part).until(() -> count(part) > 0);
  }

  int awaitClose() throws Exception {
    return closed.get(20, TimeUnit.SECONDS);
  }

  void close() {
    if (isOpen()) {
      socket.resume();
      GatewayFixture.get(socket.close());
    }
  }

  boolean isOpen() {
    return !closed.isDone();
  }
}
