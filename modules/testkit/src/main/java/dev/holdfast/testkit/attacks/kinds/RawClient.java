package dev.holdfast.testkit.attacks.kinds;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A TCP connection of an attacker. It writes HTTP and WebSocket frames as bytes, at next to no
 * cost, also those that no client library would send. One thread writes, one reads; any may close.
 */
final class RawClient implements AutoCloseable {
  private static final int PATIENCE_MS = 5_000;
  private static final int MOST_HEAD = 64 * 1024;
  private static final Pattern CODE = Pattern.compile("\"code\":\"([a-z_]+)\"");
  private static final Pattern TYPE = Pattern.compile("\"type\":\"([a-z]+)\"");
  private static final Pattern LENGTH = Pattern.compile("content-length: *(\\d+)");
  private static final Pattern PLACE = Pattern.compile("(?i)\nlocation: *(\\S+)");
  private static final int TEXT = 0x81;
  private static final int CLOSE = 0x88;
  private static final int MASKED = 0x80;
  private static final String HELLO =
      "{\"type\":\"hello\",\"client\":{\"name\":\"raw\",\"version\":\"1\"}}";

  private final Socket socket = new Socket();
  private final InputStream in;
  private final OutputStream out;

  /**
   * @param from an address of this machine, so that limits by address distinguish it
   * @param buffer of the kernel for what is received, 0: as the kernel likes
   */
  RawClient(String from, int port, int buffer) throws IOException {
    try {
      if (buffer > 0) {
        socket.setReceiveBufferSize(buffer);
      }
      socket.bind(new InetSocketAddress(from, 0));
      socket.connect(new InetSocketAddress("127.0.0.1", port), PATIENCE_MS);
      socket.setSoTimeout(PATIENCE_MS);
      socket.setTcpNoDelay(true);
      in = new BufferedInputStream(socket.getInputStream());
      out = socket.getOutputStream();
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  void say(byte[] bytes) throws IOException {
    out.write(bytes);
  }

  void say(String text) throws IOException {
    say(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Sends a request, and reads the answer to its end. */
  String ask(byte[] request) throws IOException {
    say(request);
    return answer();
  }

  /**
   * Sends a request that makes something.
   *
   * @return the path of what was made
   * @throws IOException if it was refused; the message is the answer
   */
  String make(byte[] request) throws IOException {
    say(request);
    String head = head();
    String status = answer(head);
    Matcher place = PLACE.matcher(head);
    if (!place.find()) {
      throw new IOException(status);
    }
    return place.group(1);
  }

  /** Sends a request, and reads no more of the answer than its head. Returns the status. */
  String askHead(byte[] request) throws IOException {
    say(request);
    return head().substring(9, 12);
  }

  /** The status, with the code of a refusal. Of a stream only the head is read. */
  String answer() throws IOException {
    return answer(head());
  }

  private String answer(String head) throws IOException {
    String status = head.substring(9, 12);
    Matcher length = LENGTH.matcher(head.toLowerCase(Locale.ROOT));
    int body = length.find() ? Integer.parseInt(length.group(1)) : 0;
    if (status.compareTo("400") < 0) {
      in.skipNBytes(body);
      return status;
    }
    Matcher code = CODE.matcher(new String(in.readNBytes(body), StandardCharsets.UTF_8));
    return code.find() ? status + " " + code.group(1) : status;
  }

  private String head() throws IOException {
    var head = new StringBuilder();
    while (head.indexOf("\r\n\r\n", Math.max(0, head.length() - 4)) < 0) {
      int next = in.read();
      if (next < 0 || head.length() > MOST_HEAD) {
        throw new EOFException("no answer");
      }
      head.append((char) next);
    }
    return head.toString();
  }

  /**
   * @param token the bearer, if there is one
   * @return the status
   */
  String upgrade(String path, @Nullable String token) throws IOException {
    return ask(
        ("GET "
                + path
                + " HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                + "Sec-WebSocket-Protocol: holdfast.v1\r\n"
                + (token == null ? "" : "Authorization: Bearer " + token + "\r\n")
                + "\r\n")
            .getBytes(StandardCharsets.ISO_8859_1));
  }

  /** A session of this token's user. */
  RawClient welcomed(String token) throws IOException {
    String status = upgrade("/v1/connect", token);
    if (!status.equals("101")) {
      throw new IOException(status);
    }
    say(frame(HELLO));
    String first = read();
    if (!first.equals("welcome")) {
      throw new IOException(first);
    }
    return this;
  }

  /** A text frame with a mask of zeros. */
  static byte[] frame(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return begin(bytes.length).put(bytes).array();
  }

  /** Returns the head of a frame of this length, with room for the rest. */
  static ByteBuffer begin(int length) {
    ByteBuffer frame;
    if (length < 126) {
      frame = ByteBuffer.allocate(6 + length).put((byte) TEXT).put((byte) (MASKED | length));
    } else if (length < 1 << 16) {
      frame = ByteBuffer.allocate(8 + length).put((byte) TEXT).put((byte) (MASKED | 126));
      frame.putShort((short) length);
    } else {
      frame = ByteBuffer.allocate(14 + length).put((byte) TEXT).put((byte) (MASKED | 127));
      frame.putLong(length);
    }
    return frame.putInt(0);
  }

  /** The next frame: its type, the code of an error, or how the server closed. */
  String read() throws IOException {
    int kind = byteOrEnd();
    long length = byteOrEnd();
    int more = length == 126 ? 2 : length == 127 ? 8 : 0;
    for (int i = 0; i < more; i++) {
      length = (i == 0 ? 0 : length << 8) | byteOrEnd();
    }
    byte[] bytes = in.readNBytes((int) length);
    if (kind == CLOSE) {
      throw new EOFException(
          length < 2 ? "closed" : "closed " + (ByteBuffer.wrap(bytes).getShort() & 0xffff));
    }
    String text = new String(bytes, StandardCharsets.UTF_8);
    Matcher type = TYPE.matcher(text);
    String name = type.find() ? type.group(1) : "frame";
    Matcher code = CODE.matcher(text);
    return name.equals("error") && code.find() ? code.group(1) : name;
  }

  private int byteOrEnd() throws IOException {
    int next = in.read();
    if (next < 0) {
      throw new EOFException("cut");
    }
    return next;
  }

  /** Reads with patience from now on, for as long as the connection is there. */
  void waitsForEver() throws IOException {
    socket.setSoTimeout(0);
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException gone) {
      // It is closed.
    }
  }
}
