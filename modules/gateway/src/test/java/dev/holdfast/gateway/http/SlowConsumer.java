package dev.holdfast.gateway.http;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Asks, and then reads next to nothing of the answer, or says next to nothing itself. */
final class SlowConsumer implements AutoCloseable {
  private static final int SMALL = 4_096;

  private final Socket socket = new Socket();

  SlowConsumer(int port, String request) {
    try {
      socket.setReceiveBufferSize(SMALL);
      socket.setSoTimeout(20_000);
      socket.connect(new InetSocketAddress("127.0.0.1", port));
      say(request);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  void say(String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    socket.getOutputStream().flush();
  }

  /** The first bytes of the answer. */
  void awaitHead() {
    try {
      if (socket.getInputStream().read() != 'H') {
        throw new AssertionError("not an answer");
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Blocks until the server has ended the connection; what it says before is passed over. */
  void awaitEnd() throws IOException {
    try {
      while (socket.getInputStream().read() >= 0) {
        // what it says is passed over
      }
    } catch (java.net.SocketException reset) {
      return; // the other way of ending it
    }
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
