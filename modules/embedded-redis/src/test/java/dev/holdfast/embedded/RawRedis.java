package dev.holdfast.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * One inline command on a connection of its own, for what a link refuses to do or can't do while it
 * is down.
 */
final class RawRedis {
  private RawRedis() {}

  /** To a server that has a password. */
  static String send(EmbeddedRedis server, String command) {
    return send(server.port(), "AUTH " + server.probe().password() + "\r\n" + command);
  }

  static String send(int port, String command) {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write((command + "\r\nQUIT\r\n").getBytes(StandardCharsets.UTF_8));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
