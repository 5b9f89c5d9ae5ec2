package dev.holdfast.gateway.files;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A request that need not be what it says that it is. */
final class RawRequest implements AutoCloseable {
  private final Socket socket;
  private final OutputStream out;

  RawRequest(FilesEdge edge) throws IOException {
    socket = new Socket("127.0.0.1", edge.port());
    socket.setSoTimeout(10_000);
    out = socket.getOutputStream();
  }

  /**
   * @param head request line and headers, by lines
   */
  RawRequest head(String token, String... head) throws IOException {
    String text =
        String.join("\r\n", head) + "\r\nhost: x\r\nauthorization: Bearer " + token + "\r\n\r\n";
    out.write(text.getBytes(StandardCharsets.ISO_8859_1));
    return this;
  }

  RawRequest body(byte[] bytes) throws IOException {
    out.write(bytes);
    out.flush();
    return this;
  }

  /** Of the answer, of which nothing more is read. */
  String status() throws IOException {
    byte[] line = socket.getInputStream().readNBytes("HTTP/1.1 200".length());
    return new String(line, StandardCharsets.ISO_8859_1).substring(line.length - 3);
  }

  /** Until the server has ended the connection, or said a whole problem. */
  String answer() throws IOException {
    var answer = new java.io.ByteArrayOutputStream();
    int next;
    while ((next = socket.getInputStream().read()) >= 0) {
      answer.write(next);
      if (next == '}') {
        break;
      }
    }
    return answer.toString(StandardCharsets.ISO_8859_1);
  }

  /** Goes at once: the server's next write fails. */
  void reset() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
