package dev.holdfast.gateway;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** A TCP connection that sends just what it is given. */
public final class StrangerSocket implements AutoCloseable {
  private static final int PATIENCE_MS = 20_000;

  private final Socket socket = new Socket();

  public StrangerSocket(int port) {
    try {
      socket.connect(new InetSocketAddress("127.0.0.1", port), PATIENCE_MS);
      socket.setSoTimeout(PATIENCE_MS);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public StrangerSocket say(String text) {
    return say(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  public StrangerSocket say(byte[] bytes) {
    try {
      socket.getOutputStream().write(bytes);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public StrangerSocket upgrade(String headers) {
    return say(
        "GET /v1/connect HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            + "Sec-WebSocket-Protocol: holdfast.v1\r\n"
            + headers
            + "\r\n");
  }

  /**
   * The begin of a text frame, with a mask of zeros.
   *
   * @param length what it says of itself, 126 to 65,535
   */
  public StrangerSocket frame(int length, String begin) {
    byte[] text = begin.getBytes(StandardCharsets.UTF_8);
    ByteBuffer frame = ByteBuffer.allocate(8 + text.length).put((byte) 0x81);
    frame.put((byte) (0x80 | 126)).putShort((short) length).putInt(0).put(text);
    return say(frame.array());
  }

  /** A text frame, with blanks at its end so that it is long enough. */
  public StrangerSocket frame(String text) {
    String padded = text + " ".repeat(126);
    return frame(padded.length(), padded);
  }

  /** What comes until the blank line that ends a head, or until the end. */
  public String head() {
    return until("\r\n\r\n");
  }

  /** What comes until this has come, or until the end. */
  public String until(String wanted) {
    StringBuilder came = new StringBuilder();
    while (came.indexOf(wanted) < 0) {
      int next = read();
      if (next < 0) {
        break;
      }
      came.append((char) next);
    }
    return came.toString();
  }

  /** What comes until the end. */
  public String rest() {
    try {
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** By the other side, which said nothing; waits a moment for it. */
  public boolean isClosed() {
    try {
      socket.setSoTimeout(1);
      return socket.getInputStream().read() < 0;
    } catch (SocketTimeoutException open) {
      return false;
    } catch (IOException reset) {
      return true;
    }
  }

  /** -1 at the end. */
  private int read() {
    try {
      return socket.getInputStream().read();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
