package dev.holdfast.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;

/** A port of membership, for a member that others find. */
final class FreePort {
  private FreePort() {}

  /** It and the next, of messages; below the range that is taken for outgoing connections. */
  static int take() {
    return IntStream.generate(() -> ThreadLocalRandom.current().nextInt(15_000, 32_000))
        .filter(port -> isFree(port) && isFree(port + 1))
        .findFirst()
        .orElseThrow();
  }

  private static boolean isFree(int port) {
    try (var socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return socket.isBound();
    } catch (IOException inUse) {
      return false;
    }
  }
}
