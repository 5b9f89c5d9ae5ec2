package dev.holdfast.cluster;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.Arrays;

/**
 * Finds the address by which others reach this process. A container has one in each of its
 * networks. The right one belongs to the name that all members share on the bus's network.
 */
final class OwnAddress {
  private OwnAddress() {}

  /**
   * Returns this machine's address for a host, as text; a wildcard stays as it is.
   *
   * @param host an address of this machine, or a name that has one of them among its addresses
   * @throws JoinException if none of them is this machine's
   */
  static String of(String host) {
    InetAddress[] addresses = resolve(host);
    for (InetAddress address : addresses) {
      if (address.isAnyLocalAddress() || isOwn(address)) {
        return address.getHostAddress();
      }
    }
    String all =
        String.join(", ", Arrays.stream(addresses).map(InetAddress::getHostAddress).toList());
    throw new JoinException(
        "cluster.host: "
            + host
            + " is at "
            + all
            + ", none of which is this machine's;"
            + " name an address of it, or a name that leads to one",
        null);
  }

  private static InetAddress[] resolve(String host) {
    try {
      return InetAddress.getAllByName(host);
    } catch (UnknownHostException e) {
      throw new JoinException("cluster.host: no address is known for the name " + host, e);
    }
  }

  private static boolean isOwn(InetAddress address) {
    try {
      return NetworkInterface.getByInetAddress(address) != null;
    } catch (SocketException e) {
      return false;
    }
  }
}
