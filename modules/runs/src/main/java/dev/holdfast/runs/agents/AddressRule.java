package dev.holdfast.runs.agents;

import dev.holdfast.runs.config.UpstreamPrefix;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * Decides to which addresses a node may connect for an agent, once its name is resolved: to none of
 * the machine itself, of its link, or by which clouds give their machines credentials, unless a
 * prefix that the agent's URL begins with names this very address. Immutable.
 */
final class AddressRule {
  /** Of Alibaba, Azure and Oracle; those of the others are of the link. */
  private static final Set<InetAddress> METADATA =
      Set.of(
          address(100, 100, 100, 200), address(168, 63, 129, 16), address(192, 0, 0, 192), ofEc2());

  /** IPv4 within IPv6 for a translator (RFC 6052). */
  private static final byte[] NAT64 = {0, 0x64, (byte) 0xff, (byte) 0x9b, 0, 0, 0, 0, 0, 0, 0, 0};

  private final List<UpstreamPrefix> prefixes;

  AddressRule(List<UpstreamPrefix> prefixes) {
    this.prefixes = List.copyOf(prefixes);
  }

  /**
   * Returns whether a node may connect there.
   *
   * @param asked the agent's URL, whose host was resolved to the address
   */
  boolean permits(InetAddress address, URI asked) {
    return !isInner(inside(address))
        || prefixes.stream().anyMatch(one -> one.covers(asked) && one.names(address));
  }

  private static boolean isInner(InetAddress address) {
    return address.isLoopbackAddress()
        || address.isLinkLocalAddress()
        || address.isAnyLocalAddress()
        || address.isMulticastAddress()
        || isThisNetwork(address)
        || METADATA.contains(address);
  }

  /** 0.0.0.0/8: some systems take all of it for themselves. */
  private static boolean isThisNetwork(InetAddress address) {
    byte[] bytes = address.getAddress();
    return bytes.length == 4 && bytes[0] == 0;
  }

  /** Returns the IPv4 address that is meant by one of IPv6, or else the same. */
  private static InetAddress inside(InetAddress address) {
    byte[] bytes = address.getAddress();
    if (bytes.length == 16 && bytes[0] == 0x20 && bytes[1] == 0x02) {
      return of(Arrays.copyOfRange(bytes, 2, 6)); // 6to4
    }
    boolean translated =
        bytes.length == 16 && Arrays.equals(Arrays.copyOf(bytes, NAT64.length), NAT64);
    boolean compatible =
        address instanceof Inet6Address six
            && six.isIPv4CompatibleAddress()
            && !six.isLoopbackAddress()
            && !six.isAnyLocalAddress();
    return translated || compatible ? of(Arrays.copyOfRange(bytes, 12, 16)) : address;
  }

  private static InetAddress ofEc2() {
    byte[] bytes = new byte[16];
    bytes[0] = (byte) 0xfd;
    bytes[2] = 0x0e;
    bytes[3] = (byte) 0xc2; // fd00:ec2::254
    bytes[14] = 0x02;
    bytes[15] = 0x54;
    return of(bytes);
  }

  private static InetAddress address(int... bytes) {
    byte[] four = new byte[4];
    for (int i = 0; i < four.length; i++) {
      four[i] = (byte) bytes[i];
    }
    return of(four);
  }

  private static InetAddress of(byte[] bytes) {
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("4 or 16 bytes are an address", e);
    }
  }
}
