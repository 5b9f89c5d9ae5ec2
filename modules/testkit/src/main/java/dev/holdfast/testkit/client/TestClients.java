package dev.holdfast.testkit.client;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** Makes clients, all on one Vert.x of its own, and ends them with it. Any thread. */
public final class TestClients implements AutoCloseable {
  private static final int MAX_CONNECTIONS = 100_000;
  private static final int CLOSING_SECONDS = 2;

  private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
  private final WebSocketClient sockets =
      vertx.createWebSocketClient(
          new WebSocketClientOptions()
              .setMaxConnections(MAX_CONNECTIONS)
              .setMaxFrameSize(1 << 22)
              .setMaxMessageSize(1 << 22)
              .setClosingTimeout(CLOSING_SECONDS));
  private final Set<AutoCloseable> clients = ConcurrentHashMap.newKeySet();

  /** A client that lives by the protocol: reconnects, resumes, resends, and keeps a ledger. */
  public WsTestClient client(ClientOptions options) {
    var client = new WsTestClient(vertx, sockets, options);
    clients.add(client);
    return client;
  }

  /** A connection on which the test says everything itself, with {@code holdfast.v1} asked for. */
  public ManualClient manual(URI uri) {
    return manual(uri, new WebSocketConnectOptions().addSubProtocol("holdfast.v1"));
  }

  /**
   * @param options headers and sub-protocols of the upgrade
   * @throws io.vertx.core.http.UpgradeRejectedException if the server answers otherwise
   */
  public ManualClient manual(URI uri, WebSocketConnectOptions options) {
    var client = ManualClient.connect(sockets, uri, options);
    clients.add(client);
    return client;
  }

  public Vertx vertx() {
    return vertx;
  }

  /** Takes no more care of a client that the test has closed. */
  void forget(AutoCloseable client) {
    clients.remove(client);
  }

  @Override
  public void close() {
    clients.forEach(TestClients::end);
    clients.clear();
    try {
      vertx.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new IllegalStateException("clients did not close", e);
    }
  }

  private static void end(AutoCloseable client) {
    try {
      client.close();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
