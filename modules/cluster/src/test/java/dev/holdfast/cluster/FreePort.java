package dev.holdfast.cluster;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;

/**
 * A port of membership, for a member that others find. No two runs on one machine get the same:
 * each holds the UDP port of the same number for as long as it lives.
 */
final class FreePort {
  private static final Queue<DatagramSocket> HELD = new ConcurrentLinkedQueue<>();

  private FreePort() {}

  /** It and the next, of messages; below the range that is taken for outgoing connections. */
  static int take() {
    return IntStream.generate(() -> ThreadLocalRandom.current().nextInt(15_000, 32_000))
        .filter(port -> isFree(port) && isFree(port + 1) && hold(port) && hold(port + 1))
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

  private static boolean hold(int port) {
    try {
      HELD.add(new DatagramSocket(port, InetAddress.getLoopbackAddress()));
      return true;
    } catch (SocketException anothers) {
      return false;
    }
  }
}
