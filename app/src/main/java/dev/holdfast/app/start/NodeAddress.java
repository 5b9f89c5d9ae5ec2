package dev.holdfast.app.start;

import dev.holdfast.app.config.HoldfastConfig;
import dev.holdfast.cluster.ClusterConfig;
import dev.holdfast.cluster.HostPort;
import java.net.InetAddress;
import java.net.UnknownHostException;

/** A node's address, as other nodes and operators see it. */
public final class NodeAddress {
  private NodeAddress() {}

  /**
   * Returns the address that gateways listen at. If that is every address of the machine: the one
   * at which others reach it on the bus. Blocks to look names up.
   *
   * @throws StartException if the host of the bus has no address of this machine
   */
  public static HostPort of(HoldfastConfig config) {
    var gateway = config.gateway();
    String host = isEvery(gateway.host()) ? onBus(config.cluster()) : gateway.host();
    return new HostPort(host, gateway.port());
  }

  private static String onBus(ClusterConfig cluster) {
    return cluster.publicHost() == null
        ? StartChecks.atOwnAddress(cluster).host()
        : cluster.publicHost();
  }

  public static boolean isEvery(String host) {
    try {
      return InetAddress.getByName(host).isAnyLocalAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }
}
