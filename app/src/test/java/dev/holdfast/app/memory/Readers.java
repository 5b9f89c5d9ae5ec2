package dev.holdfast.app.memory;

import dev.holdfast.testkit.TestCluster;
import dev.holdfast.testkit.TestNode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.ClientWebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;

/** Clients of one node that read many channels, throw away what comes, and can stop reading. */
final class Readers {
  private static final int CHANNELS_EACH = 200;
  private static final int AT_ONCE = 8;
  private static final int RECEIVE_BUFFER = 16 << 10;

  private final TestCluster cluster;
  private final TestNode node;
  private final String tenant;
  private final WebSocketClient sockets;
  private final List<ClientWebSocket> open = new CopyOnWriteArrayList<>();
  private final AtomicInteger subscribed = new AtomicInteger();

  Readers(Vertx vertx, TestCluster cluster, TestNode node, String tenant) {
    this.cluster = cluster;
    this.node = node;
    this.tenant = tenant;
    this.sockets =
        vertx.createWebSocketClient(
            new WebSocketClientOptions()
                .setMaxConnections(10_000)
                .setMaxFrameSize(1 << 20)
                .setMaxMessageSize(1 << 20)
                .setReceiveBufferSize(RECEIVE_BUFFER));
  }

  /** Topics {@code c0}, {@code c1} and on; returns when all are subscribed to. */
  void read(int channels) {
    for (int first = 0; first < channels; first += CHANNELS_EACH) {
      int from = first;
      int to = Math.min(channels, first + CHANNELS_EACH);
      connect("reader-" + from).onSuccess(socket -> subscribe(socket, from, to));
      awaitSubscribed(to - AT_ONCE * CHANNELS_EACH);
    }
    awaitSubscribed(channels);
  }

  /** A few at a time, so that opening is no storm of its own. */
  private void awaitSubscribed(int count) {
    Awaitility.await(count + " are subscribed to")
        .atMost(Duration.ofMinutes(5))
        .until(() -> subscribed.get() >= count);
  }

  private Future<ClientWebSocket> connect(String user) {
    ClientWebSocket socket = sockets.webSocket();
    socket.textMessageHandler(this::received);
    var target =
        new WebSocketConnectOptions()
            .setHost("127.0.0.1")
            .setPort(node.port())
            .setURI(node.url().getPath())
            .setAllowOriginHeader(false)
            .addSubProtocol("holdfast.v1");
    return socket
        .connect(target)
        .compose(
            done ->
                socket.writeTextMessage(
                    "{\"type\":\"hello\",\"token\":\"%s\",\"client\":{\"name\":\"reader\",\"version\":\"1\"}}"
                        .formatted(cluster.token(tenant, user))))
        .map(done -> socket);
  }

  private void received(String frame) {
    if (frame.startsWith("{\"type\":\"subscribed\"") && frame.contains("\"topic:c")) {
      subscribed.incrementAndGet();
    }
  }

  private void subscribe(ClientWebSocket socket, int from, int to) {
    open.add(socket);
    for (int i = from; i < to; i++) {
      socket.writeTextMessage(
          "{\"type\":\"subscribe\",\"id\":\"%d\",\"channel\":\"topic:c%d\"}".formatted(i, i));
    }
  }

  /** Takes nothing more from its sockets, and keeps them open. */
  void stopReading() {
    open.forEach(ClientWebSocket::pause);
  }
}
