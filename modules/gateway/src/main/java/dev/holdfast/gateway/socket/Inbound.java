package dev.holdfast.gateway.socket;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.gateway.connection.Connection;
import dev.holdfast.gateway.connection.Connection.Phase;
import dev.holdfast.gateway.connection.GatewayMetrics;
import dev.holdfast.gateway.connection.LiveSession;
import dev.holdfast.protocol.ClientFrame;
import dev.holdfast.protocol.CloseCode;
import dev.holdfast.protocol.Decoded;
import dev.holdfast.protocol.FrameDecoder;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocketFrame;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The incoming side of one connection: WebSocket frames → one message → a frame of the protocol →
 * its receiver in this phase. Assembles fragments up to the limit. Confined to the event loop.
 */
final class Inbound {
  private static final Logger LOG = LoggerFactory.getLogger(Inbound.class);
  private static final int MALFORMED_LIMIT = 10;
  private static final long MALFORMED_WINDOW = TimeUnit.MINUTES.toNanos(1);

  /** The character that replaces bytes that were not UTF-8; a client may also have sent it. */
  private static final char REPLACEMENT = 0xFFFD;

  private final Connection connection;
  private final GatewayMetrics metrics;
  private final int frameLimit;
  private @Nullable Buffer partial;
  private boolean binary;
  private long @Nullable [] malformed;
  private int malformedCount;

  /**
   * @param frameLimit most bytes of one message
   */
  Inbound(Connection connection, GatewayMetrics metrics, int frameLimit) {
    this.connection = connection;
    this.metrics = metrics;
    this.frameLimit = frameLimit;
  }

  void frame(WebSocketFrame frame) {
    if (connection.phase() == Phase.CLOSED) {
      return;
    }
    connection.heard();
    if (frame.isText() || frame.isBinary()) {
      binary = frame.isBinary();
      part(frame);
    } else if (frame.isContinuation()) {
      part(frame);
    }
  }

  private void part(WebSocketFrame frame) {
    Buffer whole = partial == null ? frame.binaryData() : partial.appendBuffer(frame.binaryData());
    if (whole.length() > frameLimit) {
      partial = null;
      connection.close(CloseCode.PROTOCOL);
    } else if (frame.isFinal()) {
      partial = null;
      message(whole);
    } else if (partial == null) {
      partial = Buffer.buffer().appendBuffer(whole);
    }
  }

  private void message(Buffer message) {
    if (binary) {
      malformed(null, "frame: text, not binary");
      return;
    }
    String text = message.toString(StandardCharsets.UTF_8);
    if (text.indexOf(REPLACEMENT) < 0 || isUtf8(message)) {
      text(text, message.length());
    } else {
      malformed(null, "frame: not valid UTF-8");
    }
  }

  private void text(String text, int bytes) {
    Decoded decoded = FrameDecoder.decode(text);
    metrics.received(decoded.type());
    if (connection.phase() == Phase.OPENED) {
      greet(decoded);
    } else {
      // Nothing is read between the hello and the attach.
      LiveSession session = Objects.requireNonNull(connection.session(), "attached");
      session.take(decoded, bytes, due -> take(due, session));
    }
  }

  /** Handles a frame whose time has come. */
  private void take(Decoded decoded, LiveSession session) {
    ClientFrame frame = decoded.frame();
    HoldfastException refused = decoded.refused();
    if (frame != null) {
      dispatch(decoded, frame, session);
    } else if (refused != null && refused.code() == ErrorCode.BAD_REQUEST) {
      malformed(decoded.id(), refused.publicMessage());
    } else if (refused != null) {
      connection.refuse(decoded.id(), refused);
    }
  }

  /** Handles the first frame; if it is no hello, the connection ends. */
  private void greet(Decoded decoded) {
    if (decoded.frame() instanceof ClientFrame.Hello hello) {
      connection.greet(hello);
    } else {
      metrics.refused(ErrorCode.BAD_REQUEST);
      connection.close(CloseCode.PROTOCOL);
    }
  }

  private void dispatch(Decoded decoded, ClientFrame frame, LiveSession session) {
    try {
      frame.dispatch(session);
    } catch (HoldfastException e) {
      connection.refuse(decoded.id(), e);
    } catch (RuntimeException e) {
      LOG.error("a {} of connection {} failed", decoded.type(), connection.id(), e);
      connection.refuse(decoded.id(), e);
    }
  }

  /** Answers with the fault; closes at the tenth within a minute. */
  private void malformed(@Nullable String id, String message) {
    if (connection.phase() == Phase.OPENED) {
      connection.close(CloseCode.PROTOCOL);
      return;
    }
    connection.refuse(id, HoldfastException.withPublicMessage(ErrorCode.BAD_REQUEST, message));
    long[] times = malformed == null ? new long[MALFORMED_LIMIT] : malformed;
    malformed = times;
    int oldest = (malformedCount + 1) % MALFORMED_LIMIT;
    times[malformedCount++ % MALFORMED_LIMIT] = System.nanoTime();
    boolean tenth = malformedCount >= MALFORMED_LIMIT;
    if (tenth && System.nanoTime() - times[oldest] < MALFORMED_WINDOW) {
      connection.close(CloseCode.PROTOCOL);
    }
  }

  private static boolean isUtf8(Buffer message) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(message.getBytes()));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }
}
