package dev.holdfast.loadtest.worker.clients;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientWebSocket;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.http.WebSocketFrame;
import io.vertx.core.internal.http.WebSocketInternal;
import org.jspecify.annotations.Nullable;

/**
 * A WebSocket, from the attempt to open it on. It reports to its listener until it is let go.
 * Confined to one event loop.
 */
final class Connection {
  private static final short NO_CODE = 1006;
  private static final int MOST = 4 << 20;

  private final Scratch scratch;
  private @Nullable Listener listener;

  @SuppressWarnings("NullAway.Init")
  private ClientWebSocket opening;

  @SuppressWarnings("NullAway.Init")
  private WebSocket socket;

  private @Nullable Buffer begun;

  /** Hears of the events of a connection. */
  interface Listener {
    void opened();

    /** A message; the bytes are valid during the call only. */
    void message(byte[] bytes, int length);

    /** Reports that it could not be opened; nothing follows. */
    void refused(Throwable failure);

    /** Reports that it is gone; nothing follows. The code is 1006 if none was given. */
    void closed(int code);
  }

  Connection(Scratch scratch, Listener listener) {
    this.scratch = scratch;
    this.listener = listener;
  }

  /** Opens it. Must be called once. */
  void open(WebSocketClient sockets, WebSocketConnectOptions options) {
    opening = sockets.webSocket();
    opening.frameHandler(this::frame);
    opening.closeHandler(closed -> closed());
    opening.exceptionHandler(failure -> abort(socket));
    opening.connect(options).onSuccess(this::opened).onFailure(this::refused);
  }

  private void opened(WebSocket opened) {
    socket = opened;
    Listener mine = listener;
    if (mine == null) {
      abort(opened);
    } else {
      mine.opened();
    }
  }

  private void refused(Throwable failure) {
    if (listener != null) {
      Listener last = listener;
      listener = null;
      last.refused(failure);
    }
  }

  private void closed() {
    if (listener != null) {
      Listener last = listener;
      listener = null;
      Short code = opening.closeStatusCode();
      last.closed(code == null ? NO_CODE : code);
    }
  }

  private void frame(WebSocketFrame frame) {
    boolean carries = frame.isText() || frame.isBinary() || frame.isContinuation();
    if (!carries || listener == null) {
      return;
    }
    Buffer data = frame.binaryData();
    if (begun == null && frame.isFinal()) {
      message(data);
    } else {
      part(data, frame.isFinal());
    }
  }

  private void part(Buffer data, boolean last) {
    Buffer whole = begun == null ? Buffer.buffer() : begun;
    whole.appendBuffer(data);
    begun = last ? null : whole;
    if (last) {
      message(whole);
    } else if (whole.length() > MOST) {
      abort(socket);
    }
  }

  private void message(Buffer data) {
    if (listener != null) {
      listener.message(scratch.of(data), data.length());
    }
  }

  void send(String text) {
    if (!socket.isClosed()) {
      // What is lost with its connection is sent anew by the next.
      socket.writeTextMessage(text).onFailure(failure -> abort(socket));
    }
  }

  /** Reads no more: what comes fills the buffers of the machine, then those of the sender. */
  void stopReading() {
    socket.pause();
  }

  /** Asks the other side to close; the end is reported to the listener. */
  void close() {
    socket.close().onFailure(failure -> abort(socket));
  }

  /** Ends it at once, as a network does: without a word to the other side or to the listener. */
  void cut() {
    listener = null;
    abort(socket);
  }

  /** Below the WebSocket, so that no close frame is sent. */
  private static void abort(@Nullable WebSocket socket) {
    if (socket != null) {
      ((WebSocketInternal) socket).channelHandlerContext().close();
    }
  }

  /** An array that the messages of all connections of an event loop use, one after another. */
  static final class Scratch {
    private byte[] bytes = new byte[8 << 10];

    private byte[] of(Buffer data) {
      if (data.length() > bytes.length) {
        bytes = new byte[Math.max(data.length(), bytes.length * 2)];
      }
      data.getBytes(bytes);
      return bytes;
    }
  }
}
