package dev.holdfast.app.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * How a process joins the clustered event bus. Members find each other by the list, never by
 * multicast.
 *
 * @param name only processes of the same name join each other
 * @param host the address that this process listens at, and by which the others reach it; or a name
 *     that has it among its addresses, as one that all members share
 * @param port of membership; 0 takes a free one
 * @param messagePort of the bus's messages; 0 takes the one after {@code port}, or a free one
 * @param publicHost by which the others reach it where that is not {@code host} (behind a
 *     translation of addresses); null: the same
 * @param members membership addresses of some or all others, itself may be among them
 * @param heartbeatTimeout after which a member that is not heard from is removed, 2 s to 5 min
 * @param tls null: messages are not encrypted
 */
public record ClusterConfig(
    String name,
    String host,
    int port,
    int messagePort,
    String publicHost,
    List<HostPort> members,
    Duration heartbeatTimeout,
    BusTls tls) {
  public static final ClusterConfig DEFAULTS =
      new ClusterConfig(
          "holdfast", "127.0.0.1", 0, 0, null, List.of(), Duration.ofSeconds(12), null);

  public ClusterConfig {
    Objects.requireNonNull(heartbeatTimeout, "heartbeatTimeout");
    members = List.copyOf(members);
    var problems = new ArrayList<String>();
    if (name == null || name.isBlank()) {
      problems.add("name: not blank");
    }
    if (host == null || host.isBlank()) {
      problems.add("host: not blank");
    }
    checkPort("port", port, problems);
    checkPort("messagePort", messagePort, problems);
    if (port == 65_535 && messagePort == 0) {
      problems.add("messagePort: needed, as there is no port after 65535");
    }
    if (port != 0 && port == messagePort) {
      problems.add("messagePort: not the port of membership");
    }
    if (heartbeatTimeout.toSeconds() < 2 || heartbeatTimeout.toSeconds() > 300) {
      problems.add("heartbeatTimeout: 2s to 5m, not " + heartbeatTimeout);
    }
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", problems));
    }
  }

  /**
   * How a service joins nodes on this machine; defaults for the rest.
   *
   * @param members {@code host:port} of some or all nodes, commas between
   */
  public static ClusterConfig joining(String name, String members) {
    List<HostPort> nodes = Stream.of(members.split(",")).map(HostPort::parse).toList();
    return new ClusterConfig(
        name, DEFAULTS.host, 0, 0, null, nodes, DEFAULTS.heartbeatTimeout, null);
  }

  /** The same at another host. */
  public ClusterConfig at(String other) {
    return new ClusterConfig(
        name, other, port, messagePort, publicHost, members, heartbeatTimeout, tls);
  }

  /** The port of messages as it is to be asked for; 0 for a free one. */
  public int messagePortToUse() {
    return messagePort == 0 && port != 0 ? port + 1 : messagePort;
  }

  /** Whether others than this machine may read or forge what crosses the bus. */
  public boolean exposed() {
    return tls == null && !Loopback.is(host);
  }

  private static void checkPort(String what, int port, List<String> problems) {
    if (port < 0 || port > 65_535) {
      problems.add(what + ": 0 to 65535, not " + port);
    }
  }
}
