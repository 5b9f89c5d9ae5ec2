package dev.holdfast.redis.topology;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/**
 * Some servers of a Redis Cluster, which name the others. User, password and TLS of all of them are
 * those of the uri.
 *
 * @param addresses {@code host[:port]} of servers, 1 to 32; one that answers is enough, of any
 *     shard, master or replica. The port is 6379 if none is given
 */
public record ClusterSeeds(List<String> addresses) {
  private static final int MOST = 32;
  private static final int PORT = 6_379;

  public ClusterSeeds {
    // Settings that were left out come as null.
    if (addresses == null || addresses.isEmpty() || addresses.size() > MOST) {
      throw new IllegalArgumentException(
          "addresses: needed, 1 to " + MOST + ", as host:port of servers of the cluster");
    }
    addresses = List.copyOf(addresses);
    var servers = new ArrayList<ServerAddress>();
    for (String address : addresses) {
      servers.add(parsed(address));
    }
    if (new HashSet<>(servers).size() < servers.size()) {
      throw new IllegalArgumentException("addresses: each server once");
    }
  }

  private static ServerAddress parsed(String address) {
    try {
      return ServerAddress.parse(address, PORT);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("addresses: " + address + ": " + e.getMessage(), e);
    }
  }

  List<ServerAddress> servers() {
    return addresses.stream().map(ClusterSeeds::parsed).toList();
  }

  /** Returns what is known of the servers, for logs and messages. */
  public String description() {
    return "Redis Cluster, by " + addresses;
  }
}
