package dev.holdfast.cluster;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** Recognizes addresses that only this machine can reach. */
public final class Loopback {
  private Loopback() {}

  /**
   * Returns whether the host has addresses, and only this machine can reach them. Blocks to look it
   * up.
   */
  public static boolean is(String host) {
    try {
      for (InetAddress address : InetAddress.getAllByName(host)) {
        if (!address.isLoopbackAddress()) {
          return false;
        }
      }
      return !host.isEmpty();
    } catch (UnknownHostException e) {
      return false;
    }
  }
}
