package dev.holdfast.loadtest.targets.local;

import dev.holdfast.loadtest.targets.TargetException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports of loopback that nothing listens at. Below the range that operating systems take for
 * outgoing connections: a node that was killed finds its own still free.
 */
final class FreePorts {
  private static final int FIRST = 12_000;
  private static final int END = 32_000;
  private static final int ATTEMPTS = 10_000;

  private FreePorts() {}

  /** So many, all different. */
  static List<Integer> take(int count) {
    Set<Integer> ports = new LinkedHashSet<>();
    for (int attempt = 0; attempt < ATTEMPTS && ports.size() < count; attempt++) {
      int port = ThreadLocalRandom.current().nextInt(FIRST, END);
      if (isFree(port)) {
        ports.add(port);
      }
    }
    if (ports.size() < count) {
      throw new TargetException("no " + count + " free ports between " + FIRST + " and " + END);
    }
    return List.copyOf(ports);
  }

  private static boolean isFree(int port) {
    try (var socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return socket.isBound();
    } catch (IOException inUse) {
      return false;
    }
  }
}
