package dev.holdfast.testkit.redis;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Asks whether a Redis has loaded its data, blocking. */
public final class RedisPing {
  private static final int TIMEOUT_MILLIS = 1_000;

  private RedisPing() {}

  public static boolean answers(String host, int port) {
    try (var socket = new Socket()) {
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket.connect(new InetSocketAddress(host, port), TIMEOUT_MILLIS);
      socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
      byte[] answer = socket.getInputStream().readNBytes(5);
      return "+PONG".equals(new String(answer, StandardCharsets.US_ASCII));
    } catch (IOException notYet) {
      return false;
    }
  }
}
