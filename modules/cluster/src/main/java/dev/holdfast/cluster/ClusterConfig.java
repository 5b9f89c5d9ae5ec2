package dev.holdfast.cluster;

import dev.holdfast.cluster.config.Environment;
import dev.holdfast.cluster.identity.BusTls;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Settings by which a process joins the clustered event bus. Members find each other by the list,
 * never by multicast.
 *
 * @param name only processes of the same name join each other
 * @param host the address that this process listens at and that the others use; or a name that has
 *     it among its addresses, for example one that all members share
 * @param port of membership; 0 takes a free one
 * @param messagePort of the bus's messages; 0 takes the one after {@code port}, or a free one
 * @param publicHost the host that the others use, if it is not {@code host} (behind a translation
 *     of addresses)
 * @param members membership addresses of some or all others; may include its own
 * @param heartbeatTimeout time of silence after which a member is removed, 2 s to 5 min
 * @param tls certificates for messages; null: those that follow from the secret
 * @param secret known to all members, 32 characters or more; or a service's credentials
 * @param insecure no secret and no certificates are needed: everybody who reaches the ports is
 *     trusted like a node
 */
public record ClusterConfig(
    String name,
    String host,
    int port,
    int messagePort,
    @Nullable String publicHost,
    List<HostPort> members,
    Duration heartbeatTimeout,
    @Nullable BusTls tls,
    @Nullable String secret,
    boolean insecure) {
  /** The defaults: alone on loopback, at free ports. A secret has to be added. */
  public static final ClusterConfig DEFAULTS =
      new ClusterConfig(
          "holdfast",
          "127.0.0.1",
          0,
          0,
          null,
          List.of(),
          Duration.ofSeconds(12),
          null,
          null,
          false);

  /** The advice for a process that may not join as it is configured. */
  public static final String WAYS_OUT =
      "give all members one secret (cluster.secret; made by: openssl rand -base64 48) or"
          + " certificates (cluster.tls); or set cluster.insecure to true, and whoever reaches the"
          + " bus is trusted like a node";

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
    if (secret != null && secret.length() < ClusterSecret.SHORTEST) {
      problems.add("secret: " + ClusterSecret.SHORTEST + " characters or more");
    }
    if (secret != null && insecure) {
      problems.add("insecure: not with a secret, which would go unused");
    }
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", problems));
    }
  }

  /**
   * Makes the settings of a service that joins nodes on this machine, with defaults for the rest.
   *
   * @param members {@code host:port} of some or all nodes, separated by commas
   * @param secret that of the nodes, which is in {@code cluster.secret} of their data folder
   * @throws IllegalArgumentException if one of the members is not of that form
   */
  public static ClusterConfig joining(String name, String members, String secret) {
    List<HostPort> nodes = Stream.of(members.split(",")).map(HostPort::parse).toList();
    return new ClusterConfig(
        name, DEFAULTS.host, 0, 0, null, nodes, DEFAULTS.heartbeatTimeout, null, secret, false);
  }

  /**
   * Reads the environment, by the names that a node reads: {@code HOLDFAST_CLUSTER_NAME}, {@code
   * _HOST}, {@code _PORT}, {@code _MESSAGE_PORT}, {@code _PUBLIC_HOST}, {@code _MEMBERS} ({@code
   * host:port}, commas between), {@code _HEARTBEAT_TIMEOUT} ({@code 12s}), {@code _TLS_KEY}, {@code
   * _TLS_CERTIFICATE} and {@code _TLS_AUTHORITY} (files), {@code _SECRET}, or {@code _SECRET_FILE}
   * for a file that holds it (which counts if both are set), {@code _INSECURE} ({@code true});
   * defaults for the rest. Variables that Kubernetes sets for a service are ignored.
   *
   * @param environment the variables of the process; those of other names are not looked at
   * @throws IllegalArgumentException lists every problem by variable or setting, including unknown
   *     names with that beginning
   */
  public static ClusterConfig of(Map<String, String> environment) {
    return Environment.read("cluster", ClusterConfig.class, DEFAULTS, environment);
  }

  /**
   * Returns a copy with this machine's address in place of the host's name. Looks it up now; blocks
   * meanwhile.
   *
   * @throws JoinException if the host has no address of this machine
   */
  public ClusterConfig atOwnAddress() {
    return at(OwnAddress.of(host));
  }

  private ClusterConfig at(String other) {
    return new ClusterConfig(
        name,
        other,
        port,
        messagePort,
        publicHost,
        members,
        heartbeatTimeout,
        tls,
        secret,
        insecure);
  }

  /** Returns a copy with this secret. */
  public ClusterConfig withSecret(String other) {
    return new ClusterConfig(
        name, host, port, messagePort, publicHost, members, heartbeatTimeout, tls, other, insecure);
  }

  /** Returns the port of messages to ask for; 0: a free one. */
  public int messagePortToUse() {
    return messagePort == 0 && port != 0 ? port + 1 : messagePort;
  }

  /** Returns whether members have to prove that they are members. */
  public boolean guarded() {
    return tls != null || secret != null;
  }

  /**
   * Returns whether anybody beyond this machine may read or forge what crosses the bus. Blocks to
   * look up the host.
   */
  public boolean exposed() {
    return !guarded() && !Loopback.is(host);
  }

  @Override
  public String toString() {
    return "ClusterConfig[%s, %s, ports %d and %d, public host %s, members %s, heartbeat %s, %s, %s, insecure %s]"
        .formatted(
            name,
            host,
            port,
            messagePort,
            publicHost,
            members,
            heartbeatTimeout,
            tls,
            secret == null ? "no secret" : "a secret",
            insecure);
  }

  private static void checkPort(String what, int port, List<String> problems) {
    if (port < 0 || port > 65_535) {
      problems.add(what + ": 0 to 65535, not " + port);
    }
  }
}
