package dev.holdfast.testkit.wire;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Listens in place of somebody, and carries connections to it over the lanes of who opened them.
 */
public final class Relay implements AutoCloseable {
  private static final int BACKLOG = 1_024;
  private static final int CONNECT_MILLIS = 2_000;

  /** The two directions between who opened a connection and whom it is for. */
  public record Lanes(Lane there, Lane back) {}

  /**
   * The connections that a relay carries.
   *
   * @param framed whether the openers write frames that begin with their length
   * @param lanes of a connection that was opened; none: its opener is unknown, and it is reset
   */
  public record Route(
      Supplier<InetSocketAddress> target,
      boolean framed,
      Function<Socket, @Nullable Lanes> lanes) {}

  private final ServerSocket listener;
  private final Route route;

  private Relay(ServerSocket listener, Route route) {
    this.listener = listener;
    this.route = route;
  }

  /**
   * @param at port 0 takes a free one
   */
  public static Relay open(InetSocketAddress at, Route route) {
    try {
      var listener = new ServerSocket();
      listener.setReuseAddress(true);
      listener.bind(at, BACKLOG);
      var relay = new Relay(listener, route);
      RelayedConnection.daemon("relay " + listener.getLocalSocketAddress(), relay::accept);
      return relay;
    } catch (IOException e) {
      throw new UncheckedIOException("relay at " + at, e);
    }
  }

  /** Opens a relay on loopback, at a free port, with the same lanes for all connections. */
  public static Relay open(Supplier<InetSocketAddress> target, Lane there, Lane back) {
    var lanes = new Lanes(there, back);
    return open(new InetSocketAddress("127.0.0.1", 0), new Route(target, false, socket -> lanes));
  }

  /**
   * Opens a relay to a Redis, for a client whose Redis address can be chosen.
   *
   * @param uri {@code redis://host:port}
   */
  public static Relay toRedis(String uri, Lane there, Lane back) {
    InetSocketAddress at = address(uri);
    return open(() -> at, there, back);
  }

  /** Returns the address at which that Redis is reached through it. */
  public String redisUri() {
    return "redis://127.0.0.1:" + port();
  }

  public int port() {
    return listener.getLocalPort();
  }

  /** Takes no more connections; those that are open go on. */
  @Override
  public void close() {
    try {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket opener = listener.accept();
        RelayedConnection.daemon("relay-connect", () -> connect(opener));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void connect(Socket opener) {
    Socket target = new Socket();
    try {
      Lanes lanes = route.lanes.apply(opener);
      if (lanes == null || lanes.there.isCut() || lanes.back.isCut()) {
        RelayedConnection.reset(opener);
        return;
      }
      opener.setTcpNoDelay(true);
      target.setTcpNoDelay(true);
      InetSocketAddress at = route.target.get();
      target.connect(at, CONNECT_MILLIS);
      var connection = new RelayedConnection(opener, target, lanes.there, lanes.back);
      connection.start(route.framed);
      if (!at.equals(route.target.get())) {
        // It is somebody else by now, and what led to the one before has been reset.
        connection.reset();
      }
    } catch (IOException refused) {
      RelayedConnection.reset(opener);
      RelayedConnection.reset(target);
    }
  }

  static InetSocketAddress address(String uri) {
    URI parsed = URI.create(uri);
    return new InetSocketAddress(parsed.getHost(), parsed.getPort());
  }
}
