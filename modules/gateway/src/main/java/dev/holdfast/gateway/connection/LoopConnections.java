package dev.holdfast.gateway.connection;

import dev.holdfast.gateway.admission.Admission;
import dev.holdfast.gateway.attachment.ConnectionDirectory;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;

/** The connections of one event loop, from their beginning to their end. Confined to the loop. */
public final class LoopConnections {
  private final ConnectionDirectory directory;
  private final Admission admission;
  private final Function<Transport, Connection> make;
  private final Function<Connection, Liveness> watch;
  private final Map<Connection, Liveness> connections = new HashMap<>();
  private boolean stopping;

  /**
   * @param make makes a connection of its transport
   * @param watch makes the deadlines of a connection
   */
  public LoopConnections(
      ConnectionDirectory directory,
      Admission admission,
      Function<Transport, Connection> make,
      Function<Connection, Liveness> watch) {
    this.directory = directory;
    this.admission = admission;
    this.make = make;
    this.watch = watch;
  }

  public boolean stopping() {
    return stopping;
  }

  /**
   * Opens a connection. Must be called in the run of the event loop that accepted the client.
   *
   * @param handlers sets those of the transport
   */
  public Connection open(Transport transport, Consumer<Connection> handlers) {
    Connection connection = make.apply(transport);
    Liveness liveness = watch.apply(connection);
    connection.whenEnded(this::ended);
    handlers.accept(connection);
    connections.put(connection, liveness);
    directory.opened();
    return connection;
  }

  private void ended(Connection connection) {
    Liveness liveness = connections.remove(connection);
    if (liveness != null) {
      liveness.ended();
      admission.closed(connection.client());
      directory.closed();
    }
  }

  /** Checks the deadlines of every connection. */
  public void tick(long now) {
    List.copyOf(connections.values()).forEach(liveness -> liveness.tick(now));
  }

  /** Closes all connections, and every one that comes later. */
  public void stop() {
    stopping = true;
    List.copyOf(connections.keySet()).forEach(Connection::shutdown);
  }
}
