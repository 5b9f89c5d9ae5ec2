package dev.holdfast.testkit.client;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketBase;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Stands between clients and a node, and breaks what the protocol promises: of so many numbered
 * event frames (data that begins with {@code "k"}) it drops one, sends one twice, and swaps one
 * with the next of its channel. Counts exactly how often it did. Everything else passes as it is.
 * Confined to one event loop; the counts may be read on any thread.
 */
public final class BrokenRelay {
  private static final int FRAME_LIMIT = 1 << 20;
  private static final int CONNECTIONS = 1 << 16;
  private static final String PROTOCOL = "holdfast.v1";
  private static final short NO_CODE = 1005;
  private static final short GOING_AWAY = 1001;
  private static final Pattern NUMBERED =
      Pattern.compile("\\{\"type\":\"event\",\"channel\":\"([^\"]+)\".*?\"data\":\\{\"k\":.*");

  private final URI node;
  private final int every;
  private final AtomicLong events = new AtomicLong();
  private final AtomicLong dropped = new AtomicLong();
  private final AtomicLong doubled = new AtomicLong();
  private final AtomicLong swapped = new AtomicLong();

  @SuppressWarnings("NullAway.Init")
  private WebSocketClient client;

  @SuppressWarnings("NullAway.Init")
  private HttpServer server;

  private BrokenRelay(URI node, int every) {
    this.node = node;
    this.every = every;
  }

  /**
   * @param node {@code http://host:port}
   * @param every how many numbered event frames go by from one drop to the next, at least 4
   */
  public static Future<BrokenRelay> start(Vertx vertx, URI node, int every) {
    var relay = new BrokenRelay(node, every);
    Promise<BrokenRelay> started = Promise.promise();
    vertx
        .getOrCreateContext()
        .runOnContext(now -> relay.listen(vertx).<BrokenRelay>map(relay).onComplete(started));
    return started.future();
  }

  private Future<HttpServer> listen(Vertx vertx) {
    client =
        vertx.createWebSocketClient(
            new WebSocketClientOptions()
                .setMaxConnections(CONNECTIONS)
                .setMaxFrameSize(FRAME_LIMIT)
                .setMaxMessageSize(FRAME_LIMIT));
    var options =
        new HttpServerOptions()
            .addWebSocketSubProtocol(PROTOCOL)
            .setMaxWebSocketFrameSize(FRAME_LIMIT)
            .setMaxWebSocketMessageSize(FRAME_LIMIT);
    server = vertx.createHttpServer(options).webSocketHandler(this::connected);
    return server.listen(0, "127.0.0.1");
  }

  /** Returns the address for clients. */
  public URI url() {
    return URI.create("http://127.0.0.1:" + server.actualPort());
  }

  /** Numbered event frames that came from the node. */
  public long events() {
    return events.get();
  }

  public long dropped() {
    return dropped.get();
  }

  public long doubled() {
    return doubled.get();
  }

  public long swapped() {
    return swapped.get();
  }

  private void connected(ServerWebSocket socket) {
    socket.pause();
    var options =
        new WebSocketConnectOptions()
            .setHost(node.getHost())
            .setPort(node.getPort())
            .setURI(socket.uri())
            .setAllowOriginHeader(false);
    if (socket.subProtocol() != null) {
      options.addSubProtocol(socket.subProtocol());
    }
    client
        .connect(options)
        .onSuccess(upstream -> join(socket, upstream))
        .onFailure(failure -> socket.close());
  }

  private void join(ServerWebSocket socket, WebSocket upstream) {
    Map<String, String> held = new HashMap<>();
    upstream.textMessageHandler(text -> fromNode(socket, text, held));
    socket.textMessageHandler(text -> pass(upstream, text));
    upstream.closeHandler(closed -> close(socket, upstream.closeStatusCode()));
    socket.closeHandler(closed -> close(upstream, socket.closeStatusCode()));
    socket.resume();
  }

  private static void close(WebSocketBase other, Short code) {
    boolean hasCode = code != null && code != NO_CODE && !other.isClosed();
    if (hasCode) {
      other.close(code == GOING_AWAY ? 1000 : code).onFailure(failure -> other.close());
    } else {
      other.close();
    }
  }

  private void fromNode(ServerWebSocket socket, String text, Map<String, String> held) {
    Matcher numbered = NUMBERED.matcher(text);
    if (!numbered.matches()) {
      pass(socket, text);
      return;
    }
    String channel = numbered.group(1);
    long place = events.incrementAndGet() % every;
    if (place == every / 4) {
      dropped.incrementAndGet();
    } else if (place == every / 2) {
      doubled.incrementAndGet();
      pass(socket, text);
      event(socket, channel, text, held);
    } else if (place == every / 4 * 3 && !held.containsKey(channel)) {
      held.put(channel, text);
    } else {
      event(socket, channel, text, held);
    }
  }

  private void event(
      ServerWebSocket socket, String channel, String text, Map<String, String> held) {
    pass(socket, text);
    String late = held.remove(channel);
    if (late != null) {
      swapped.incrementAndGet();
      pass(socket, late);
    }
  }

  private static void pass(WebSocketBase to, String text) {
    to.writeTextMessage(text).onFailure(failure -> to.close());
  }
}
