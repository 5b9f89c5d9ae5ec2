package dev.holdfast.embedded;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports of loopback that nothing listens at, for the processes of a cluster on one machine. They
 * are below the range that the operating system takes for outgoing connections, so that a port
 * stays free while its process is away. No two runs on one machine get the same port: each holds
 * the UDP port of the same number for as long as it lives. Any thread.
 */
public final class FreePorts {
  private static final int FIRST = 15_000;
  private static final int END = 32_000;
  private static final Map<Integer, DatagramSocket> TAKEN = new ConcurrentHashMap<>();

  private FreePorts() {}

  /** Returns a port, never the same one twice. */
  public static int take() {
    return take(1);
  }

  /**
   * Takes ports in a row.
   *
   * @return the first of them
   * @throws IllegalStateException if there are none
   */
  public static int take(int count) {
    for (int attempt = 0; attempt < 1_000; attempt++) {
      int port = ThreadLocalRandom.current().nextInt(FIRST, END);
      if (areTaken(port, count)) {
        return port;
      }
    }
    throw new IllegalStateException("no free port between " + FIRST + " and " + END);
  }

  private static boolean areTaken(int first, int count) {
    for (int port = first; port < first + count; port++) {
      if (!isFree(port) || !claim(port)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isFree(int port) {
    try (var socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return socket.isBound();
    } catch (IOException inUse) {
      return false;
    }
  }

  private static boolean claim(int port) {
    try {
      var loopback = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
      TAKEN.put(port, new DatagramSocket(loopback));
      return true;
    } catch (SocketException anothers) {
      return false;
    }
  }
}
