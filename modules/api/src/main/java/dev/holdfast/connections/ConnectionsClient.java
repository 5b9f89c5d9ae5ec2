package dev.holdfast.connections;

import dev.holdfast.core.BusMessage;
import dev.holdfast.core.bus.Bus;
import io.vertx.core.Future;
import java.time.Duration;

/**
 * The registry of connections, from anywhere in the cluster. Safe on any thread; every request is
 * safe to send again. Failures are {@link dev.holdfast.core.HoldfastException}s.
 */
public final class ConnectionsClient {
  private final Bus bus;
  private final Duration timeout;

  public ConnectionsClient(Bus bus, Duration timeout) {
    this.bus = bus;
    this.timeout = timeout;
  }

  public Future<Connection> find(ConnectionMessage.Find message) {
    return ask(message);
  }

  public Future<ConnectionAnswer.Page> list(ConnectionMessage.ListConnections message) {
    return ask(message);
  }

  public Future<ConnectionAnswer.Counted> count(ConnectionMessage.Count message) {
    return ask(message);
  }

  public Future<ConnectionAnswer.Disconnected> disconnect(ConnectionMessage.Disconnect message) {
    return ask(message);
  }

  public Future<ConnectionAnswer.Nodes> nodes(ConnectionMessage.Nodes message) {
    return ask(message);
  }

  private <A> Future<A> ask(BusMessage<A> message) {
    return bus.ask(ConnectionMessage.ADDRESS, message, timeout);
  }
}
