package dev.holdfast.cluster;

import com.hazelcast.config.TcpIpConfig;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The addresses of possible members, looked up by name each time that Hazelcast asks: at the join,
 * and when it looks for the other half of a split cluster. Hazelcast itself uses one address of a
 * name. Here a name stands for all of its addresses, as the containers of one service share a name.
 */
final class MemberAddresses extends TcpIpConfig {
  private final List<HostPort> names;

  MemberAddresses(List<HostPort> names) {
    this.names = List.copyOf(names);
  }

  /** Returns all addresses. A name without an address now may have one the next time. */
  @Override
  public List<String> getMembers() {
    // Also called by the super class' constructor.
    return names == null
        ? List.of()
        : new ArrayList<>(names.stream().flatMap(name -> addresses(name).stream()).toList());
  }

  private static List<String> addresses(HostPort name) {
    try {
      return Arrays.stream(InetAddress.getAllByName(name.host()))
          .map(address -> new HostPort(address.getHostAddress(), name.port()).toString())
          .toList();
    } catch (UnknownHostException e) {
      return List.of();
    }
  }
}
