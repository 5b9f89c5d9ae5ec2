package dev.holdfast.gateway.config;

import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Names;
import dev.holdfast.gateway.admission.SocketLimits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The settings of the edge.
 *
 * @param host to listen at
 * @param port 0 takes a free one
 * @param allowedOrigins of browser pages, compared exactly, as {@code https://app.example}; a
 *     client that names no origin is not a browser and is let in
 * @param frameLimit bytes of one message from a client, 1 KiB to 1 MiB
 * @param helloTimeout from the upgrade to the hello, and from a TCP connection to its first
 *     request, at least 100 ms; a request's body, or the next request, may take six times as long
 * @param heartbeat silence of a client after which it is pinged; after two it is closed; at least
 *     100 ms
 * @param publishRate publications per second and connection; as many at once
 * @param slowLimit how long a client may take nothing while something waits for it, at least 100
 *     ms; the content of a file: four times as long, or as {@code heartbeat}
 * @param writeBuffer bytes that wait for a client before it counts as not taking more, 16 KiB to 16
 *     MiB
 * @param ackFlush how often moved cursors are stored of clients that keep none, at least 100 ms;
 *     those of the others are stored after six times as long
 * @param expiryGrace how long a WebSocket stays when its token has expired, for a late {@code
 *     refresh}: 0 to 5 min
 * @param operatorTenant whose tokens may hold what concerns whole nodes ({@code nodes:read}, {@code
 *     config:read}, {@code stats:read}); none: nobody's
 * @param sockets how many clients, and how fast
 * @param management the port for operators
 * @param tls none: without, as behind a proxy that has it
 */
public record GatewayConfig(
    String host,
    int port,
    Set<String> allowedOrigins,
    int frameLimit,
    Duration helloTimeout,
    Duration heartbeat,
    int publishRate,
    Duration slowLimit,
    int writeBuffer,
    Duration ackFlush,
    Duration expiryGrace,
    @Nullable String operatorTenant,
    SocketLimits sockets,
    ManagementConfig management,
    @Nullable TlsConfig tls) {
  /** Most channels of a session besides its own three. */
  public static final int CHANNEL_LIMIT = 256;

  private static final int IDLE_FACTOR = 4;
  private static final Duration GRACE = Duration.ofSeconds(10);
  private static final Duration LONGEST_GRACE = Duration.ofMinutes(5);
  private static final Duration SHORTEST = Duration.ofMillis(100);

  public static final GatewayConfig DEFAULTS =
      of(
          "127.0.0.1",
          8080,
          Set.of(),
          64 * 1024,
          Duration.ofSeconds(5),
          Duration.ofSeconds(25),
          100,
          Duration.ofSeconds(30),
          256 * 1024,
          Duration.ofSeconds(10));

  public GatewayConfig {
    allowedOrigins = Set.copyOf(allowedOrigins);
    Objects.requireNonNull(sockets, "sockets");
    Objects.requireNonNull(management, "management");
    List<String> problems = new ArrayList<>();
    check(problems, host != null && !host.isBlank(), "host: not blank");
    check(problems, port >= 0 && port <= 65_535, "port: 0 to 65535");
    check(problems, within(frameLimit, 1 << 10, 1 << 20), "frameLimit: 1024 to 1048576 bytes");
    check(problems, lasts(helloTimeout), "helloTimeout: at least 100 ms");
    check(problems, lasts(heartbeat), "heartbeat: at least 100 ms");
    check(problems, within(publishRate, 1, 1_000_000), "publishRate: 1 to 1000000");
    check(problems, lasts(slowLimit), "slowLimit: at least 100 ms");
    check(problems, within(writeBuffer, 1 << 14, 1 << 24), "writeBuffer: 16 KiB to 16 MiB");
    check(problems, lasts(ackFlush), "ackFlush: at least 100 ms");
    check(problems, isGrace(expiryGrace), "expiryGrace: 0 to 5 min");
    boolean tenant = operatorTenant == null || isTenant(operatorTenant);
    check(problems, tenant, "operatorTenant: the name of a tenant");
    for (String origin : allowedOrigins) {
      check(problems, origin.matches("[a-z][a-z0-9+.-]*://[^/\\s]+"), "origin: " + origin);
    }
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", problems));
    }
  }

  /** Returns settings with defaults for all others. */
  public static GatewayConfig of(
      String host,
      int port,
      Set<String> allowedOrigins,
      int frameLimit,
      Duration helloTimeout,
      Duration heartbeat,
      int publishRate,
      Duration slowLimit,
      int writeBuffer,
      Duration ackFlush) {
    return new GatewayConfig(
        host,
        port,
        allowedOrigins,
        frameLimit,
        helloTimeout,
        heartbeat,
        publishRate,
        slowLimit,
        writeBuffer,
        ackFlush,
        GRACE,
        null,
        SocketLimits.DEFAULTS,
        ManagementConfig.DEFAULTS,
        null);
  }

  /** Returns the same settings with another address. */
  public GatewayConfig at(String otherHost, int otherPort) {
    return with(otherHost, otherPort, operatorTenant, sockets, management, tls);
  }

  /** Returns the same settings with operators of this tenant. */
  public GatewayConfig operatedBy(String tenant) {
    return with(host, port, tenant, sockets, management, tls);
  }

  /** Returns the same settings with these limits of clients. */
  public GatewayConfig with(SocketLimits limits) {
    return with(host, port, operatorTenant, limits, management, tls);
  }

  /** Returns the same settings with this port for operators. */
  public GatewayConfig with(ManagementConfig operators) {
    return with(host, port, operatorTenant, sockets, operators, tls);
  }

  /** Returns the same settings with TLS. */
  public GatewayConfig with(TlsConfig encryption) {
    return with(host, port, operatorTenant, sockets, management, encryption);
  }

  /** Returns the same settings with another time for a late {@code refresh}. */
  public GatewayConfig withExpiryGrace(Duration grace) {
    return new GatewayConfig(
        host,
        port,
        allowedOrigins,
        frameLimit,
        helloTimeout,
        heartbeat,
        publishRate,
        slowLimit,
        writeBuffer,
        ackFlush,
        grace,
        operatorTenant,
        sockets,
        management,
        tls);
  }

  /** Returns the same settings with the origins of pages that this node itself serves here. */
  public GatewayConfig allowingItsPage() {
    String scheme = tls == null ? "http://" : "https://";
    return allowing(
        Stream.of("127.0.0.1", "localhost", "[::1]")
            .map(name -> scheme + name + ":" + port)
            .toList());
  }

  /** Returns the same settings with these origins, too. */
  public GatewayConfig allowing(Collection<String> more) {
    Set<String> origins = new HashSet<>(allowedOrigins);
    origins.addAll(more);
    return new GatewayConfig(
        host,
        port,
        origins,
        frameLimit,
        helloTimeout,
        heartbeat,
        publishRate,
        slowLimit,
        writeBuffer,
        ackFlush,
        expiryGrace,
        operatorTenant,
        sockets,
        management,
        tls);
  }

  private GatewayConfig with(
      String newHost,
      int newPort,
      @Nullable String newOperators,
      SocketLimits newSockets,
      ManagementConfig newManagement,
      @Nullable TlsConfig newTls) {
    return new GatewayConfig(
        newHost,
        newPort,
        allowedOrigins,
        frameLimit,
        helloTimeout,
        heartbeat,
        publishRate,
        slowLimit,
        writeBuffer,
        ackFlush,
        expiryGrace,
        newOperators,
        newSockets,
        newManagement,
        newTls);
  }

  /** Returns whether operators are answered at a port of their own. */
  public boolean managesApart() {
    return management.port() != 0 || !ManagementConfig.isLoopback(host);
  }

  /**
   * Returns the time in ms, 24 days at most, after which a TCP connection is closed if nothing
   * moves on it in either direction: no ping, no piece of a file. The operating system sends a file
   * in pieces of one MiB, so the time is long enough for a piece over a slow line.
   */
  public int idle() {
    long longest = Math.max(slowLimit.toMillis(), heartbeat.toMillis());
    return (int) Math.min(Integer.MAX_VALUE, longest * IDLE_FACTOR);
  }

  /**
   * Returns the time between two checks of all connections; short enough for the shortest limit.
   */
  public Duration tick() {
    long shortest =
        Math.min(helloTimeout.toMillis(), Math.min(heartbeat.toMillis(), slowLimit.toMillis()));
    return Duration.ofMillis(Math.max(20, Math.min(1_000, shortest / 5)));
  }

  private static void check(List<String> problems, boolean holds, String problem) {
    if (!holds) {
      problems.add(problem);
    }
  }

  private static boolean within(int value, int min, int max) {
    return value >= min && value <= max;
  }

  private static boolean isTenant(String name) {
    try {
      Names.tenant(name);
      return true;
    } catch (HoldfastException e) {
      return false;
    }
  }

  private static boolean isGrace(Duration duration) {
    return duration != null && !duration.isNegative() && duration.compareTo(LONGEST_GRACE) <= 0;
  }

  private static boolean lasts(Duration duration) {
    return duration != null && duration.compareTo(SHORTEST) >= 0;
  }
}
