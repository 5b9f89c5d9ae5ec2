package dev.holdfast.testkit.client;

import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.vertx.core.Future;
import io.vertx.core.http.ClientWebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.internal.http.WebSocketInternal;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * A WebSocket on the client's side: text both ways. The listener is called on the socket's event
 * loop, in the order of the wire; the other methods may be called on any thread.
 */
final class TestSocket {
  /** The code of a connection that ends without a close frame (RFC 6455 section 7.1.5). */
  static final int ABNORMAL = 1006;

  /** Hears of what arrives. */
  interface Listener {
    void received(String text);

    /**
     * Reports the end, once, after the last frame.
     *
     * @param code {@link #ABNORMAL} if the peer gave none
     */
    void closed(int code, @Nullable String reason);
  }

  private final WebSocketInternal socket;

  private TestSocket(WebSocketInternal socket) {
    this.socket = socket;
  }

  /**
   * Fails if there is no answer to the upgrade within the times of the options, or another one than
   * 101.
   */
  static Future<TestSocket> open(
      WebSocketClient sockets, URI uri, WebSocketConnectOptions options, Listener listener) {
    ClientWebSocket socket = sockets.webSocket();
    socket.textMessageHandler(listener::received);
    socket.closeHandler(v -> listener.closed(code(socket), socket.closeReason()));
    // The close handler reports the end.
    socket.exceptionHandler(failure -> {});
    var target =
        new WebSocketConnectOptions(options)
            .setHost(uri.getHost())
            .setPort(uri.getPort())
            .setURI(uri.getPath())
            // Not a browser: it names an origin only if a test gives one.
            .setAllowOriginHeader(hasOrigin(options));
    return socket.connect(target).map(open -> new TestSocket((WebSocketInternal) socket));
  }

  private static boolean hasOrigin(WebSocketConnectOptions options) {
    return options.getHeaders() != null && options.getHeaders().contains("Origin");
  }

  /** Text as it is, JSON or not. */
  Future<Void> send(String text) {
    return socket.writeTextMessage(text);
  }

  /** Closes with a close frame. */
  Future<Void> close() {
    return socket.close();
  }

  /** Reads no more; what arrives fills the buffers between the two ends. */
  void stopReading() {
    socket.pause();
  }

  /** Cuts it, as when a cable is pulled: no close frame, the connection reset. */
  void cut() {
    var channel = socket.channelHandlerContext().channel();
    try {
      channel.config().setOption(ChannelOption.SO_LINGER, 0);
    } catch (ChannelException e) {
      // The server was quicker: it is closed already, and nobody has heard of it yet.
      return;
    }
    channel.close();
  }

  private static int code(ClientWebSocket socket) {
    Short code = socket.closeStatusCode();
    return code == null ? ABNORMAL : Short.toUnsignedInt(code);
  }
}
